/** A folder of policies: what is in it, and what it tries out. */
export interface CompileCase {
  readonly files: readonly CaseFile[]
  /** The mistakes and oddities that were put in. */
  readonly made: readonly string[]
  /** The fields that its policies have. */
  readonly fields: readonly string[]
  /** Whether something in it would meet the policies of other cases in one folder. */
  readonly alone: boolean
}

/** A file by its path from the root of the folder. */
export interface CaseFile {
  readonly path: string
  readonly text: string
}
