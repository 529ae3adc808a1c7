import { EngineError } from '../errors.ts'

/** Thrown for a condition that no plan can say. Whoever asked for a plan is told; nothing is allowed. */
export class NotPlannable extends EngineError {
  constructor(what: string) {
    super('not-plannable', `no plan can be made of ${what}`)
  }
}
