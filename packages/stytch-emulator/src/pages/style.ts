/** The one stylesheet of the emulator's pages. */
export const style: string = `
:root {
  color-scheme: light dark;
  --page: #f6f6f4; --card: #ffffff; --text: #1d1f21; --quiet: #5c6066; --line: #dcdcd7;
  --accent: #1f5fbf; --on-accent: #ffffff; --warn: #8a4b00; --warn-page: #fff4e0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181b; --card: #1f2226; --text: #e8e8e6; --quiet: #a3a8af; --line: #363a40;
    --accent: #8ab8ff; --on-accent: #10223d; --warn: #ffc46b; --warn-page: #33270f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.25rem 0.75rem; }
header, main, footer { max-width: 44rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: baseline; padding-top: 1.25rem; }
header strong { margin-right: auto; font-weight: 600; }
nav { display: flex; gap: 1rem; }
main { padding-bottom: 2rem; }
footer { color: var(--quiet); font-size: 0.875rem; padding-bottom: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.5rem 0 0.75rem; }
h2 { font-size: 1.125rem; line-height: 1.35; margin: 0; }
h3 { font-size: 1.0625rem; margin: 0; }
section.card { margin: 0.75rem 0; }
h2.section { margin: 2rem 0 0.5rem; }
p { margin: 0.5rem 0; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a[aria-current] { color: var(--text); text-decoration: none; font-weight: 600; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.bar { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; }
.bar form { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
input, button, select {
  font: inherit; color: inherit; background: var(--card); border: 1px solid var(--quiet);
  border-radius: 6px; padding: 0.3rem 0.6rem; min-width: 0;
}
input { width: 13rem; max-width: 100%; }
select { max-width: 100%; }
summary { cursor: pointer; }
button { cursor: pointer; }
ul.people { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: 0.5rem; }
.person { display: block; padding: 0.7rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; text-decoration: none; overflow-wrap: anywhere; }
.person:hover { border-color: var(--accent); }
.person strong, .person small { display: block; }
.person small { color: var(--quiet); }
.fields { display: grid; gap: 0.4rem; justify-items: start; }
.fields button { margin-top: 0.5rem; }
ol.mails { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: 0.75rem; }
.card { overflow-wrap: anywhere; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; }
.card h2 a { color: inherit; }
.meta { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.quiet { color: var(--quiet); font-size: 0.9375rem; }
.action {
  display: inline-block; margin: 0.6rem 0 0.2rem; padding: 0.45rem 0.9rem; border-radius: 6px;
  background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none;
}
.action:hover { text-decoration: underline; }
.code { font: 600 1.5rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: 0.15em; margin: 0.4rem 0; }
.spent .code { color: var(--quiet); text-decoration: line-through; }
.spent .action { background: none; color: var(--quiet); border: 1px solid var(--line); }
.notice { background: var(--warn-page); color: var(--warn); border-radius: 8px; padding: 0.6rem 0.9rem; }
code, pre, .url { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.875rem; }
.url, code { overflow-wrap: anywhere; }
pre { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 0.8rem 1rem; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.25rem 1rem; margin: 0.5rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-top: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 500; border-top: 0; }
th small, td small { display: block; color: var(--quiet); font-weight: 400; overflow-wrap: anywhere; }
.empty { text-align: center; padding: 2.5rem 1rem; }
@media (max-width: 30rem) { dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: 0.5rem; } }
`
