/** The styles of the page, inline. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--soft:#59636e;--line:#d1d9e0;--panel:#f6f8fa;--link:#0757b8;--gain:#116329;--gain-bg:#dafbe1;--loss:#b0190f;--loss-bg:#ffebe9;--risk:#7a4100;--risk-bg:#ffe8c2;--warn-bg:#fff8c5;--warn-line:#9a6700}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#a3adb8;--line:#3d444d;--panel:#161b22;--link:#79b8ff;--gain:#56d364;--gain-bg:#12341f;--loss:#ff8a80;--loss-bg:#43191a;--risk:#ffb454;--risk-bg:#402a08;--warn-bg:#33290b;--warn-line:#d4a72c}}
@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--soft:#444;--line:#bbb;--panel:#fff;--link:#000;--gain:#116329;--gain-bg:#fff;--loss:#b0190f;--loss-bg:#fff;--risk:#7a4100;--risk-bg:#fff;--warn-bg:#fff;--warn-line:#666}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.5rem 1rem 4rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.2rem 0 .4rem;overflow-wrap:anywhere}
p{margin:.4rem 0;max-width:52rem;overflow-wrap:anywhere}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,input:focus-visible,.wide:focus-visible{outline:3px solid var(--link);outline-offset:2px}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;margin:.8rem 0;padding:0}
code,.cidr{font-family:ui-monospace,"Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
.wide{overflow-x:auto;margin:.6rem 0;max-width:100%}
.hint{display:none;margin:.6rem 0 -.4rem;color:var(--soft);font-size:.85rem}
.tall{max-height:70vh;overflow:auto;border:1px solid var(--line)}
table{border-collapse:collapse;min-width:min(100%,40rem)}
th,td{padding:.3rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{background:var(--panel);font-weight:600;white-space:nowrap}
.tall thead th{position:sticky;top:0}
tbody th{font-weight:500}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.cidr{white-space:nowrap}
td.gain{color:var(--gain)}td.risk{color:var(--risk)}td.loss{color:var(--loss)}
tr.gain>*{background:var(--gain-bg)}tr.risk>*{background:var(--risk-bg)}tr.loss>*{background:var(--loss-bg)}
tr.gain .sign{color:var(--gain)}tr.risk .sign{color:var(--risk)}tr.loss .sign{color:var(--loss)}
.sign{font-weight:700;white-space:nowrap}
.soft,.scale,.empty{color:var(--soft)}
.notes{background:var(--warn-bg);border-left:4px solid var(--warn-line);padding:.5rem 1rem;margin:1rem 0}
.notes ul{margin:.3rem 0;padding-left:1.2rem}.notes li{overflow-wrap:anywhere}
.charts{display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,28rem),1fr))}
figure{margin:0;min-width:0}
figure.history{border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem}
figcaption{font-weight:600;overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
.scale{margin:.1rem 0;font-size:.85rem}
svg{display:block;width:100%;height:auto}
.axis{fill:none;stroke:var(--line)}
rect.gain{fill:var(--gain)}rect.loss{fill:var(--loss)}
summary{cursor:pointer;padding:.15rem 0;overflow-wrap:anywhere}
label{font-weight:600}
input{font:inherit;padding:.35rem .6rem;margin:0 .6rem;border:1px solid var(--soft);border-radius:4px;background:var(--bg);color:var(--fg);max-width:100%}
footer{margin-top:2.5rem;color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
@media (max-width:40rem){.hint{display:block}.pair{grid-template-columns:1fr}th,td{padding:.25rem .45rem}tbody th:not(.cidr){overflow-wrap:anywhere;min-width:6rem;max-width:9rem}}
@media print{body{max-width:none;padding:0;font-size:10pt}nav,.search,.screen,.hint{display:none}.only-print{display:block!important}.wide,.tall{overflow:visible;max-height:none}h2,h3{break-after:avoid}figure,tr,.notes{break-inside:avoid}th,td{padding:.15rem .4rem}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
.only-print{display:none}
`

/** Filters the table of prefixes while typing. The page is complete without it. */
export const SCRIPT = `
(function () {
  var search = document.getElementById('search')
  if (!search) return
  var rows = Array.prototype.slice.call(document.querySelectorAll('#all tbody tr'))
  var texts = rows.map(function (row) { return row.textContent.toLowerCase() })
  var found = document.getElementById('found')
  function filter() {
    var words = search.value.toLowerCase().split(/\\s+/).filter(Boolean)
    var count = 0
    rows.forEach(function (row, index) {
      row.hidden = !words.every(function (word) { return texts[index].indexOf(word) >= 0 })
      if (!row.hidden) count += 1
    })
    found.textContent = count + ' of ' + rows.length
  }
  search.parentNode.hidden = false
  search.addEventListener('input', filter)
  filter()
})()
`
