#include "hints/advice.h"

namespace hints {

Advice advice_on(Reason reason) {
  switch (reason) {
    case Reason::missing:
      return {Advice::Weight::problem, "Put the file there, or take the reference out."};
    case Reason::redirected:
      return {Advice::Weight::problem,
              "Name where it is sent to, or take the rule out of _redirects."};
    case Reason::unseen:
      return {Advice::Weight::remark,
              "Nothing to do: it is told of once a visitor has fetched it from the app server."};
    case Reason::no_store:
    case Reason::stale:
      return {
          Advice::Weight::problem,
          "Let browsers keep it, for example by Cache-Control: max-age=3600; a hinted file that "
          "is not fresh is asked for twice."};
    case Reason::wrong_as:
      return {Advice::Weight::problem, "Name it as what it is, or correct its media type."};
    case Reason::responsive:
      return {Advice::Weight::remark, "Nothing to do: only the page itself knows who needs it."};
    case Reason::import_map:
      return {Advice::Weight::remark,
              "Without the import map its modules could be told of in advance."};
    case Reason::other_origin:
      return {Advice::Weight::remark,
              "Serve it from this origin, and it can be told of in advance."};
    case Reason::unsupported:
      return {Advice::Weight::problem, "Browsers take style, script, font, image and fetch."};
    case Reason::unused_font:
      return {Advice::Weight::remark, "Use the font in a rule, or take the @font-face out."};
    case Reason::other_script:
      return {Advice::Weight::remark,
              "Name it in the configuration if this page is in that script."};
    case Reason::old_font:
      return {Advice::Weight::remark, "Add a woff2 source: every browser reads it."};
    case Reason::deep_import:
      return {
          Advice::Weight::problem,
          "Import it from the first stylesheet, or link it from the page: each level of imports "
          "costs a round trip."};
    case Reason::not_on_page:
      return {Advice::Weight::remark, "Link the stylesheet from the page, if it should have it."};
    case Reason::unsure:
      return {Advice::Weight::remark,
              "Name it in the configuration if every visit of the page needs it."};
    case Reason::size:
      return {Advice::Weight::remark,
              "Name what matters most in the configuration, or bundle the files."};
  }
  return {Advice::Weight::remark, ""};
}

}  // namespace hints
