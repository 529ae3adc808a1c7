/** Markup that is safe to send: everything put into it has been escaped. */
export interface Html {
  readonly markup: string
}

type Insert = Html | string | number | undefined | readonly Html[]

/** Makes markup; what is inserted is escaped unless it is markup itself, `undefined` is nothing. */
export function html(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  const parts = strings.map((text, index) => `${text}${render(inserts[index])}`)
  return { markup: parts.join('') }
}

function render(insert: Insert): string {
  if (insert === undefined) return ''
  if (typeof insert === 'string' || typeof insert === 'number') return escaped(String(insert))
  if ('markup' in insert) return insert.markup
  return insert.map((one) => one.markup).join('')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
