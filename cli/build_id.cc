#include "cli/build_id.h"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <string_view>

namespace cli {
namespace {

std::string hex_of(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

constexpr char gnu[] = "GNU";  // with its zero, as a note's name

constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// Looks through one segment of notes (elf(5)).
std::string id_in(const char* notes, std::size_t size) {
  for (std::size_t at = 0; at + sizeof(ElfW(Nhdr)) <= size;) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes + at, sizeof note);
    const char* name = notes + at + sizeof note;
    const char* content = name + padded(note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID &&
        std::string_view(name, note.n_namesz) == std::string_view(gnu, sizeof gnu)) {
      return hex_of(reinterpret_cast<const unsigned char*>(content), note.n_descsz);
    }
    at += sizeof note + padded(note.n_namesz) + padded(note.n_descsz);
  }
  return {};
}

// For dl_iterate_phdr(3), which comes to the program itself first.
int look(dl_phdr_info* object, std::size_t, void* found) {
  auto& id = *static_cast<std::string*>(found);
  for (int i = 0; i < object->dlpi_phnum && id.empty(); ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    // An address in memory is what it is here. NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto* notes = reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
    id = id_in(notes, segment.p_memsz);
  }
  return 1;
}

}  // namespace

std::string build_id() {
  std::string id;
  dl_iterate_phdr(look, &id);
  return id;
}

}  // namespace cli
