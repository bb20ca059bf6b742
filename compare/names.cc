// The names of the laboratory's values, as on the command line and in reports.
#include "compare/measurement.h"
#include "compare/result.h"
#include "compare/scenario.h"

namespace lab {

std::string_view name_of(Arm arm) {
  switch (arm) {
    case Arm::none:
      return "none";
    case Arm::link:
      return "link";
    case Arm::early_hints:
      return "early-hints";
    case Arm::push:
      return "push";
    case Arm::push_early_hints:
      return "push+early-hints";
  }
  return "";
}

std::string_view name_of(Cache cache) {
  switch (cache) {
    case Cache::cold:
      return "cold";
    case Cache::warm:
      return "warm";
    case Cache::partly:
      return "partly";
    case Cache::stale:
      return "stale";
  }
  return "";
}

std::string_view name_of(Connection connection) {
  switch (connection) {
    case Connection::fresh:
      return "fresh";
    case Connection::resumed:
      return "resumed";
    case Connection::reused:
      return "reused";
  }
  return "";
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::document:
      return "document";
    case Kind::style:
      return "style";
    case Kind::script:
      return "script";
    case Kind::module:
      return "module";
    case Kind::font:
      return "font";
    case Kind::image:
      return "image";
    case Kind::media:
      return "media";
    case Kind::fetch:
      return "fetch";
    case Kind::other:
      return "other";
  }
  return "";
}

std::string_view name_of(From from) {
  switch (from) {
    case From::network:
      return "network";
    case From::push:
      return "push";
    case From::cache:
      return "cache";
    case From::validated:
      return "validated";
  }
  return "";
}

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::used:
      return "used";
    case Fate::unused:
      return "unused";
    case Fate::cancelled:
      return "cancelled";
    case Fate::failed:
      return "failed";
  }
  return "";
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::better:
      return "better";
    case Verdict::worse:
      return "worse";
    case Verdict::equal:
      return "equal";
  }
  return "";
}

}  // namespace lab
