import { expect, test } from 'vitest'

import { html, toText } from '../src/html.ts'

test.each([
  [
    'text is escaped',
    html`<p>${'<script>"&\'</script>'}</p>`,
    '<p>&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;</p>',
  ],
  [
    'a quoted attribute cannot be left',
    html`<a title="${'" onclick="x'}">`,
    '<a title="&quot; onclick=&quot;x">',
  ],
  [
    'templates nest without being escaped twice',
    html`<b>${html`<i>${'&'}</i>`}</b>`,
    '<b><i>&amp;</i></b>',
  ],
  ['lists are joined', html`${['a', html`<br>`, ['<', 1]]}`, 'a<br>&lt;1'],
  ['nothing prints nothing', html`[${false}${null}${undefined}]`, '[]'],
  ['zero is printed', html`${0}`, '0'],
])('%s', (_title, template, expected) => {
  expect(toText(template)).toBe(expected)
})

test('an object that only looks like a template is not taken for one', () => {
  // What a request could send: it has no way to make the symbol.
  const forged = JSON.parse('{"markup":"<script>"}')
  expect(() => toText(html`${forged}`)).not.toThrow()
  expect(toText(html`${forged}`)).not.toContain('<script>')
})
