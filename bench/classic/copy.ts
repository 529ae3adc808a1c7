import { createRandom } from './random.ts'

/**
 * What tells one copy of the set from the others: its names, and the figures in its conditions, so
 * that most of its expressions occur in no other copy.
 */
export interface Copy {
  readonly kind: string
  readonly people: string
  readonly oversight: string
  readonly deputy: string
  /** Amounts: what needs nobody's consent, and what nobody may approve. */
  readonly small: number
  readonly ceiling: number
  /** The clearance that auditors need. */
  readonly clearance: number
  readonly costCentre: string
}

/** The copy of a number, which is the same for whatever number of copies is made. */
export function copyOf(number: number, seed: number): Copy {
  const random = createRandom(seed * 1_000_003 + number)
  const suffix = String(number).padStart(5, '0')
  return {
    kind: `expense_${suffix}`,
    people: `people_${suffix}`,
    oversight: `oversight_${suffix}`,
    deputy: `deputy_${suffix}`,
    small: random.between(50, 400),
    ceiling: random.between(20_000, 90_000),
    clearance: random.between(2, 5),
    costCentre: `CC-${random.between(100, 999)}`,
  }
}
