import { type CoverageReport, isCovered, percent, type RuleCoverage } from '../coverage.ts'

/** What tests cover as a page that needs no other file. */
export function coverageHtml(report: CoverageReport): string {
  const { rules, rulesCovered, outcomes, outcomesCovered } = report
  const files = [...new Set(rules.map(({ location }) => location.file))]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Policy coverage</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Policy coverage</h1>
<dl class="summary">
${figure('Rules', rulesCovered, rules.length)}
${figure('Outcomes of conditions', outcomesCovered, outcomes)}
</dl>
${files
  .map((file) =>
    fileSection(
      file,
      rules.filter(({ location }) => location.file === file),
    ),
  )
  .join('\n')}
</main>
</body>
</html>
`
}

function figure(what: string, covered: number, of: number): string {
  const share = percent(covered, of).toFixed(0)
  return `<div><dt>${what}</dt><dd><strong>${share} %</strong> ${covered} of ${of}<progress max="100" value="${share}" aria-label="${what} covered">${share} %</progress></dd></div>`
}

function fileSection(file: string, rules: readonly RuleCoverage[]): string {
  const covered = rules.filter(isCovered).length
  return `<section>
<h2>${escapeText(file)} <small>${covered} of ${rules.length}</small></h2>
<div class="scroll" role="region" aria-label="${escapeText(file)}" tabindex="0">
<table>
<thead><tr><th scope="col">Line</th><th scope="col">Rule</th><th scope="col">Took effect</th><th scope="col">Reached</th><th scope="col">Conditions</th></tr></thead>
<tbody>
${rules.map(ruleRow).join('\n')}
</tbody>
</table>
</div>
</section>`
}

function ruleRow(rule: RuleCoverage): string {
  const { kind, name, location, reached, applied, conditions } = rule
  const state = isCovered(rule) ? 'yes' : 'no'
  const mark = isCovered(rule) ? '✓' : '✗ never'
  const title =
    kind === 'rule' ? escapeText(name) : `${escapeText(name)} <small>derived role</small>`
  const items = conditions.map((each) => {
    const counts = (['true', 'false'] as const).map((outcome) => {
      const count = each[outcome]
      return `<span class="${count > 0 ? 'yes' : 'no'}">${outcome} ${count > 0 ? `${count}×` : 'never'}</span>`
    })
    const errors = each.error > 0 ? ` <span class="no">error ${each.error}×</span>` : ''
    return `<li><code>${escapeText(each.text)}</code> ${counts.join(' ')}${errors}</li>`
  })
  const list = items.length === 0 ? '' : `<ul>${items.join('')}</ul>`
  return `<tr><td>${location.line}</td><th scope="row">${title}</th><td class="${state}">${mark}${applied > 0 ? ` ${applied}×` : ''}</td><td>${reached}×</td><td>${list}</td></tr>`
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const STYLE = `
:root { color-scheme: light dark; --text: #1c1d22; --faint: #5b5f6b; --back: #ffffff; --line: #d9dbe1; --yes: #14662f; --no: #a8200d; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e9ee; --faint: #a5a9b6; --back: #16171b; --line: #3a3d46; --yes: #6fd18b; --no: #ff8d7a; } }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; overflow-wrap: anywhere; }
small { color: var(--faint); font-weight: normal; }
.summary { display: flex; flex-wrap: wrap; gap: 1rem 3rem; }
.summary dt { color: var(--faint); } .summary dd { margin: 0; }
progress { display: block; width: 14rem; max-width: 100%; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); font-weight: normal; }
thead th { color: var(--faint); white-space: nowrap; }
ul { list-style: none; margin: 0; padding: 0; }
code { font: .875rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.yes { color: var(--yes); white-space: nowrap; } .no { color: var(--no); font-weight: 600; white-space: nowrap; }
`
