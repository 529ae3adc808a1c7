const markup: unique symbol = Symbol('markup')

/** Text that is safe to send as HTML: only {@link html} makes it. */
export interface Html {
  readonly [markup]: string
}

/** What a template may hold. `false`, `null` and `undefined` print nothing; lists are joined. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[]

/**
 * A template whose values are escaped, for element content and for quoted attributes. Values do not
 * belong anywhere else: not in tag names, not in unquoted attributes, not in `style` or `on…`.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0] ?? ''
  values.forEach((value, index) => {
    text += print(value) + (strings[index + 1] ?? '')
  })
  return { [markup]: text }
}

/** The text of a finished template. */
export function toText(value: Html): string {
  return value[markup]
}

function print(value: HtmlValue): string {
  if (value === false || value === null || value === undefined) return ''
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'number') return String(value)
  if (isList(value)) return value.map(print).join('')
  return value[markup]
}

// `Array.isArray` does not narrow readonly arrays.
function isList(value: Html | readonly HtmlValue[]): value is readonly HtmlValue[] {
  return Array.isArray(value)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
