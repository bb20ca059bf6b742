// The look of the HTML report: screens of any width, light and dark, and paper.
#pragma once

#include <string_view>

namespace lab {

inline constexpr std::string_view report_style = R"css(
:root { color-scheme: light dark; --paper: #fff; --panel: #f5f6fb; --ink: #14162a; --soft: #565a78; --rule: #d4d8e8;
  --better: #1d5fd0; --worse: #c2570c; --style: #7b4bd1; --script: #c98a00; --font: #b0307a; --image: #0b8a5c; --document: #1d5fd0; --other: #7a80a0; }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #10121f; --panel: #181b2d; --ink: #eceef9; --soft: #a3a8c6; --rule: #343955;
  --better: #6f9dff; --worse: #ff9a52; --style: #b08cff; --script: #f0b429; --font: #f07ab8; --image: #3fcf95; --document: #6f9dff; --other: #8d93b5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; } h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; } h4 { font-size: .95rem; margin: 0 0 .2rem; } .maps { margin-bottom: 1.2rem; }
p { max-width: 72ch; margin: .4rem 0 .8rem; } .soft, caption, small { color: var(--soft); }
.verdict { border-left: .35rem solid var(--better); background: var(--panel); padding: .9rem 1.1rem; font-size: 1.1rem; max-width: 76ch; margin: .8rem 0; }
.verdict.none { border-color: var(--soft); } .warning { border-left: .35rem solid var(--worse); padding: .4rem 1rem; background: var(--panel); }
.maps, .falls { display: grid; gap: 1.4rem; } .maps { grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); }
.falls { grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; } .scroll { overflow-x: auto; }
caption { text-align: left; font-weight: 600; color: var(--ink); padding: .2rem 0; } th, td { padding: .3rem .5rem; text-align: right; font-weight: 400; }
thead th:first-child { text-align: left; } th[scope=row] { text-align: left; white-space: nowrap; } thead th { color: var(--soft); } .plain td, .plain th { border-top: 1px solid var(--rule); }
.heat td { border: 2px solid var(--paper); background: var(--panel); } .heat td.better { background: color-mix(in srgb, var(--better) var(--depth), var(--paper)); }
.heat td.worse { background: color-mix(in srgb, var(--worse) var(--depth), var(--paper)); font-style: italic; } .heat .equal, .absent { color: var(--soft); }
svg { display: block; width: 100%; height: auto; overflow: visible; } svg text { font: 10px system-ui, "Liberation Sans", sans-serif; fill: var(--ink); }
svg .tick { fill: var(--soft); } svg .grid { stroke: var(--rule); fill: none; } svg .axis { stroke: var(--soft); fill: none; } svg .field { fill: transparent; }
.row:hover .field { fill: var(--panel); } .queued { fill: var(--soft); opacity: .6; } .waiting { fill: var(--other); opacity: .4; } .content { fill: var(--other); }
.content.document { fill: var(--document); } .content.style { fill: var(--style); } .content.script, .content.module { fill: var(--script); }
.content.font { fill: var(--font); } .content.image, .content.media { fill: var(--image); } .cached { fill: none; stroke: var(--soft); stroke-width: 1.5; }
.mark { fill: var(--ink); } .row.unused .name, .row.cancelled .name, .row.failed .name { fill: var(--worse); text-decoration: line-through; }
.moment { fill: none; stroke-width: 1.5; } .moment.hint { stroke: var(--style); stroke-dasharray: 2 3; } .moment.headers { stroke: var(--document); stroke-dasharray: 5 3; }
.moment.ready { stroke: var(--image); stroke-width: 2; } .moment.load { stroke: var(--soft); } svg.model { max-width: 26rem; } .point { fill: var(--better); fill-opacity: .55; }
.point.apart { fill: var(--worse); } .legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; padding: 0; margin: .4rem 0; font-size: .85rem; }
.legend svg { display: inline-block; width: 1.6rem; height: .7rem; margin-right: .3rem; vertical-align: baseline; }
details { margin: .5rem 0; } summary { cursor: pointer; } code { font: .9em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } .falls { grid-template-columns: 1fr 1fr; } .falls > *, table, .verdict { break-inside: avoid; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
)css";

}  // namespace lab
