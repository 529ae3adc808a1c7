import type { Area } from './area.ts'
import type { Difference } from './shrink.ts'

/** What a difference is shown as, with the command that asks it again. */
export function differenceText<Case, Answer>(
  area: Area<Case, Answer>,
  seed: number,
  { each, ours, theirs, what, index, likes = 1 }: Difference<Case, Answer>,
): string {
  return [
    `DIFFERS ${what}${likes > 1 ? ` (and ${likes - 1} more like it)` : ''}`,
    ...area
      .show(each, ours, theirs)
      .split('\n')
      .map((line) => `  ${line}`),
    `  from: npm run differential -- --area ${area.name} --seed ${seed} --first ${index} --cases 1`,
    '',
  ].join('\n')
}
