import { collectErrors, type KeptErrors, recordError } from '../evaluation.ts'
import type { EvaluationError } from '../request.ts'

/** The errors met while planning, each expression and message once. */
export class EvaluationErrors {
  readonly #kept: KeptErrors = { errors: undefined }

  add(expression: string, message: string): void {
    recordError(this.#kept, expression, message)
  }

  /** In a stable order. */
  list(): readonly EvaluationError[] {
    return [...collectErrors(this.#kept)]
  }
}
