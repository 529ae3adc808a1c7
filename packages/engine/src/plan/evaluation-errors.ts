import type { EvaluationError } from '../request.ts'

/** The errors met while planning, each expression and message once. */
export class EvaluationErrors {
  readonly #errors: EvaluationError[] = []

  add(expression: string, message: string): void {
    const isKnown = this.#errors.some((each) => {
      return each.expression === expression && each.message === message
    })
    if (!isKnown) this.#errors.push({ expression, message })
  }

  /** In a stable order. */
  list(): readonly EvaluationError[] {
    return [...this.#errors].sort((a, b) => {
      return compare(a.expression, b.expression) || compare(a.message, b.message)
    })
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
