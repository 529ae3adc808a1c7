import type { Random } from '../../random.ts'
import { TOKEN } from '../folder.ts'

/** A mistake in the text of a file. */
export interface TextMistake {
  readonly name: string
  make(text: string, random: Random): string
}

/** Texts that are not the YAML that they should be, or not one document of it. */
export const TEXT_MISTAKES: readonly TextMistake[] = [
  {
    name: 'character taken away',
    make: (text, random) => splice(text, place(text, random), 1, ''),
  },
  {
    name: 'character put in',
    make: (text, random) =>
      splice(text, place(text, random), 0, random.pick([...'{}[],:"\'#&*!|>%@`-?\t a\n'])),
  },
  {
    name: 'line indented otherwise',
    make(text, random) {
      const lines = text.split('\n')
      const index = random.below(lines.length)
      const change = random.pick([' ', '  ', '\t', ''])
      lines[index] =
        change === '' ? (lines[index] ?? '').replace(/^ {1,2}/, '') : change + lines[index]
      return lines.join('\n')
    },
  },
  {
    name: 'line twice',
    make(text, random) {
      const lines = text.split('\n')
      const index = random.below(lines.length)
      lines.splice(index, 0, lines[index] ?? '')
      return lines.join('\n')
    },
  },
  {
    name: 'quote that does not end',
    make: (text, random) =>
      text.replace(
        random.pick([/: (?=\w)/, /- (?=\w)/]),
        (found) => found + random.pick(['"', "'"]),
      ),
  },
  { name: 'cut off', make: (text, random) => text.slice(0, random.below(text.length)) },
  {
    name: 'several documents',
    make: (text, random) =>
      random.pick([`${text}---\n${text}`, `${text}---\n{}\n`, `${text}...\n---\na: 1\n`]),
  },
  {
    name: 'no policy',
    make: (_, random) =>
      random.pick([
        '',
        '\n',
        '# nothing\n',
        'null\n',
        '[]\n',
        '- a\n',
        'text\n',
        '1\n',
        '{}\n',
        '"a"\n',
        '...\n',
        '~',
        'true',
        '{',
        ']',
        ': a',
        '\t\n',
        '&a\n',
        '!!map {}\n',
      ]),
  },
]

/** A place that is not within the token, which keeps names apart. */
function place(text: string, random: Random): number {
  const index = random.below(text.length + 1)
  const start = text.lastIndexOf(TOKEN, index)
  return start >= 0 && index < start + TOKEN.length ? start + TOKEN.length : index
}

function splice(text: string, index: number, removed: number, added: string): string {
  const end = text.startsWith(TOKEN, index) ? index : index + removed
  return text.slice(0, index) + added + text.slice(end)
}
