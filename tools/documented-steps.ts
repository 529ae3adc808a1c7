/**
 * What a page has its reader do, in its order: write a file, run commands, start what stays, and see
 * what a command prints.
 */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | {
      readonly kind: 'commands'
      readonly text: string
      /** `stays`: it runs on, in a terminal of its own. `soon`: what is expected may take a moment. */
      readonly how: 'once' | 'stays' | 'soon'
      readonly prints: string | undefined
    }

const block = /^```(?<language>\w+)(?: (?<rest>.+))?\n(?<text>[\s\S]*?)^```$/gm

/**
 * The steps of a page in Markdown. Code blocks are files if they have a title, commands if they are
 * `sh`, and what the commands above print if they are `text`. `sh elsewhere` is for the reader alone.
 * @throws for a block that says nothing of what becomes of it.
 */
export function documentedSteps(markdown: string): readonly Step[] {
  const steps: Step[] = []
  for (const { groups } of markdown.matchAll(block)) {
    const { language = '', rest = '', text = '' } = groups ?? {}
    const last = steps.at(-1)
    if (rest.startsWith('title=')) steps.push({ kind: 'file', path: rest.slice(6), text })
    else if (language === 'sh' && rest === 'elsewhere') continue
    else if (language === 'sh' && isHow(rest || 'once'))
      steps.push({ kind: 'commands', text, how: (rest || 'once') as Manner, prints: undefined })
    else if (language === 'text' && last?.kind === 'commands')
      steps.splice(-1, 1, { ...last, prints: text })
    else throw new Error(`a code block that is neither file nor command: ${language} ${rest}`)
  }
  return steps
}

type Manner = 'once' | 'stays' | 'soon'

function isHow(rest: string): boolean {
  return rest === 'once' || rest === 'stays' || rest === 'soon'
}
