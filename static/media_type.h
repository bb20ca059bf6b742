// Media types by file name, and what follows from a type: its urgency and whether it compresses.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "server/http/message.h"

namespace assets {

class MediaTypes {
 public:
  // Reads a file in the form of mime.types; it may be absent. The types of the web itself come from
  // a table of ours, which wins.
  explicit MediaTypes(const std::string& mime_types_file);

  // By extension, in any case of letters; "application/octet-stream" if unknown. Text has
  // "; charset=utf-8". Valid as long as this object.
  std::string_view of(std::string_view path) const;

 private:
  std::unordered_map<std::string, std::string> by_extension_;
};

// document 0, style and script 1, module and font 2, image and others 4, media and archives 6; what
// a browser can use in parts is incremental.
http::Priority priority_of(std::string_view media_type, std::string_view path);

enum class Compressibility {
  compressed,  // by its own format: images, video, fonts of the web, archives
  unknown,     // siblings are worth looking for
  text,        // worth compressing ourselves
};
Compressibility compressibility_of(std::string_view media_type);

}  // namespace assets
