// Reports: a comparison as a page for the team, as a table for the terminal, and as JSON for
// programs. Written from the values alone; where they are put is the program's business.
#pragma once

#include <string>

#include "compare/result.h"

namespace lab {

// One HTML document that needs nothing else: no script, no outside reference. For screens of any
// width, light or dark, and for paper.
std::string html_report(const Comparison& comparison);

enum class Colours { off, on };  // of ECMA-48 terminals
std::string terminal_report(const Comparison& comparison, Colours colours);

// Every load with every resource; times in milliseconds, sizes in bytes.
std::string json_report(const Comparison& comparison);

}  // namespace lab
