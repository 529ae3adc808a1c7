/** Why a schema cannot be used. The message is Cerbos's. */
export class SchemaLoadError extends Error {
  override readonly name = 'SchemaLoadError'
  /** The file that is not there, as Cerbos names it. */
  readonly missing: string | undefined

  private constructor(message: string, missing?: string) {
    super(message)
    this.missing = missing
  }

  /** A schema that is there and no good. */
  static of(message: string): SchemaLoadError {
    return new SchemaLoadError(message)
  }

  /** A file that is not there. */
  static notFound(file: string): SchemaLoadError {
    return new SchemaLoadError(`schema ${file} doesn't exist`, file)
  }
}
