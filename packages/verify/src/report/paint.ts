/** What a piece of text is, which decides its colour. */
type Style = 'title' | 'suite' | 'name' | 'principal' | 'action' | 'good' | 'bad' | 'faint'

/** Colours a piece of text, or leaves it as it is. */
export type Paint = (text: string, style: Style) => string

// biome-ignore format: table
const ANSI: Readonly<Record<Style, string>> = {
  title:     '97;1',
  suite:     '34;1',
  name:      '34',
  principal: '36',
  action:    '33',
  good:      '32',
  bad:       '31',
  faint:     '2',
}

/** A painter with ANSI colours, or one without any. */
export function painter(colour: boolean | undefined): Paint {
  return colour ? (text, style) => `\u001b[${ANSI[style]}m${text}\u001b[0m` : (text) => text
}
