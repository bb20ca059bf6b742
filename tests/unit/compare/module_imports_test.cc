#include "compare/module_imports.h"

#include <catch2/catch.hpp>

namespace lab {

using Specifiers = std::vector<std::string>;

TEST_CASE("every form of a static import is found, spaced or minified") {
  CHECK(module_imports("import './a.js'") == Specifiers{"./a.js"});
  CHECK(module_imports("import a from './a.js';import * as b from \"./b.js\"") ==
        Specifiers{"./a.js", "./b.js"});
  CHECK(module_imports("import{a as b,c}from\"./a.js\";import d,{e}from'./b.js';let x=1") ==
        Specifiers{"./a.js", "./b.js"});
  CHECK(module_imports("export*from'./a.js';export * as n from './b.js';export{x}from'./c.js'") ==
        Specifiers{"./a.js", "./b.js", "./c.js"});
  CHECK(module_imports("import from from './a.js'") == Specifiers{"./a.js"});
  CHECK(module_imports("import j from './a.json' with { type: 'json' }") == Specifiers{"./a.json"});
  CHECK(module_imports("import/**/{a}/* from './no.js' */from/**/'./a.js'") ==
        Specifiers{"./a.js"});
}

TEST_CASE("what only looks like a static import is none") {
  CHECK(module_imports("import('./no.js'); import.meta.url; a.import './no.js'").empty());
  CHECK(module_imports("// import './no.js'\n/* import './no.js' */").empty());
  CHECK(module_imports("const s = \"import './no.js'\", t = `import './no.js' ${`import 'no'`}`")
            .empty());
  CHECK(module_imports("const r = /import '.\\/no.js'/, q = /[/]import 'no'/").empty());
  CHECK(module_imports("function f() { import './no.js' }").empty());
  CHECK(module_imports("export const from = './no.js'; export default './no.js'; export {x}")
            .empty());
}

TEST_CASE("an import behind strings, templates, divisions and expressions is found") {
  CHECK(module_imports("const a = b / c; const d = (e) / f / g\nimport './a.js'") ==
        Specifiers{"./a.js"});
  CHECK(module_imports("const t = `${{a: `}`}.a}`; import './a.js'") == Specifiers{"./a.js"});
  CHECK(module_imports("f(function(){ return /}{/.test('`') }); import './a.js'") ==
        Specifiers{"./a.js"});
  CHECK(module_imports("export function f(){}export class C{}export{f};import'./a.js'") ==
        Specifiers{"./a.js"});
}

TEST_CASE("text that ends anywhere is no trouble") {
  const std::string source = "import a, {b as c} from './a.js'; `${x} /${`'`}`; /[/]/; \"\\";
  for (std::size_t size = 0; size <= source.size(); ++size) {
    CHECK(module_imports(source.substr(0, size)).size() <= 1);
  }
}

TEST_CASE("bare names need an import map, addresses do not") {
  CHECK(is_address("./a.js"));
  CHECK(is_address("../a.js"));
  CHECK(is_address("/a.js"));
  CHECK(is_address("https://cdn.test/a.js"));
  CHECK_FALSE(is_address("react"));
  CHECK_FALSE(is_address("@scope/a"));
}

}  // namespace lab
