// What an ECMAScript module imports statically: the specifiers of its `import` and `export ...
// from` declarations. Dynamic import() is a decision of the running program, and left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lab {

// In order, with repeats. Never fails: a module that is no JavaScript imports what it seems to.
std::vector<std::string> module_imports(std::string_view source);

// Whether a browser resolves it without an import map: "/a.js", "./a.js", "../a.js" or an address.
bool is_address(std::string_view specifier);

}  // namespace lab
