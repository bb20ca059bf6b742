#include "static/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace assets {
namespace {

using std::chrono::sys_days;

constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_weekdays{
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

int year_of(std::time_t time) {
  const auto day =
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(time)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

void append_padded(std::string& out, unsigned value) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

// Reads a date from left to right; once something did not fit, it has failed for good.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}

  bool complete() const { return good_ && left_.empty(); }
  void literal(std::string_view expected) {
    good_ = good_ && left_.starts_with(expected);
    if (good_) left_.remove_prefix(expected.size());
  }
  int number(std::size_t digits) {
    int value = 0;
    good_ =
        good_ && left_.size() >= digits &&
        std::ranges::all_of(left_.substr(0, digits), [](char c) { return c >= '0' && c <= '9'; });
    if (!good_) return 0;
    std::from_chars(left_.data(), left_.data() + digits, value);
    left_.remove_prefix(digits);
    return value;
  }
  // asctime pads the day with a space.
  int padded_day() {
    if (!left_.starts_with(' ')) return number(2);
    left_.remove_prefix(1);
    return number(1);
  }
  // Position among `names`, from 0.
  template <std::size_t count>
  int name(const std::array<std::string_view, count>& names) {
    for (std::size_t i = 0; good_ && i < count; ++i) {
      if (!left_.starts_with(names[i])) continue;
      left_.remove_prefix(names[i].size());
      return static_cast<int>(i);
    }
    good_ = false;
    return 0;
  }

 private:
  std::string_view left_;
  bool good_ = true;
};

struct Moment {
  int year = 0;
  int month = 0;  // from 0
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

void scan_time(Scanner& scanner, Moment& moment) {
  moment.hour = scanner.number(2);
  scanner.literal(":");
  moment.minute = scanner.number(2);
  scanner.literal(":");
  moment.second = scanner.number(2);
}

std::optional<Moment> parse_fixdate(std::string_view text) {
  Scanner scanner(text);
  Moment moment;
  scanner.name(weekdays);
  scanner.literal(", ");
  moment.day = scanner.number(2);
  scanner.literal(" ");
  moment.month = scanner.name(months);
  scanner.literal(" ");
  moment.year = scanner.number(4);
  scanner.literal(" ");
  scan_time(scanner, moment);
  scanner.literal(" GMT");
  return scanner.complete() ? std::optional(moment) : std::nullopt;
}

std::optional<Moment> parse_rfc850(std::string_view text, int this_year) {
  Scanner scanner(text);
  Moment moment;
  scanner.name(long_weekdays);
  scanner.literal(", ");
  moment.day = scanner.number(2);
  scanner.literal("-");
  moment.month = scanner.name(months);
  scanner.literal("-");
  moment.year = this_year / 100 * 100 + 100 + scanner.number(2);
  while (moment.year > this_year + 50) moment.year -= 100;
  scanner.literal(" ");
  scan_time(scanner, moment);
  scanner.literal(" GMT");
  return scanner.complete() ? std::optional(moment) : std::nullopt;
}

std::optional<Moment> parse_asctime(std::string_view text) {
  Scanner scanner(text);
  Moment moment;
  scanner.name(weekdays);
  scanner.literal(" ");
  moment.month = scanner.name(months);
  scanner.literal(" ");
  moment.day = scanner.padded_day();
  scanner.literal(" ");
  scan_time(scanner, moment);
  scanner.literal(" ");
  moment.year = scanner.number(4);
  return scanner.complete() ? std::optional(moment) : std::nullopt;
}

std::optional<std::time_t> seconds_of(const Moment& moment) {
  const std::chrono::year_month_day date{
      std::chrono::year(moment.year), std::chrono::month(static_cast<unsigned>(moment.month + 1)),
      std::chrono::day(static_cast<unsigned>(moment.day))};
  if (!date.ok() || moment.hour > 23 || moment.minute > 59 || moment.second > 60)
    return std::nullopt;
  const auto time = sys_days(date) + std::chrono::hours(moment.hour) +
                    std::chrono::minutes(moment.minute) + std::chrono::seconds(moment.second);
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

std::string format_http_date(std::time_t time) {
  const std::chrono::sys_seconds instant{std::chrono::seconds(time)};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(instant - day);
  std::string text(weekdays[std::chrono::weekday(day).c_encoding()]);
  text += ", ";
  append_padded(text, static_cast<unsigned>(date.day()));
  text += ' ';
  text += months[static_cast<unsigned>(date.month()) - 1];
  text += ' ';
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  append_padded(text, year / 100);
  append_padded(text, year % 100);
  text += ' ';
  append_padded(text, static_cast<unsigned>(clock.hours().count()));
  text += ':';
  append_padded(text, static_cast<unsigned>(clock.minutes().count()));
  text += ':';
  append_padded(text, static_cast<unsigned>(clock.seconds().count()));
  return text += " GMT";
}

std::optional<std::time_t> parse_http_date(std::string_view text, std::time_t now) {
  auto moment = parse_fixdate(text);
  if (!moment) moment = parse_rfc850(text, year_of(now));
  if (!moment) moment = parse_asctime(text);
  return moment ? seconds_of(*moment) : std::nullopt;
}

}  // namespace assets
