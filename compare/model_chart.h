// The model beside the measurement, as SVG: a point for each arm and cell, and the line on which
// they would all lie if the arithmetic were all there is.
#pragma once

#include <string>

#include "compare/result.h"

namespace lab {

// Empty if no cell has a prediction.
std::string model_chart(const PageResult& page);

}  // namespace lab
