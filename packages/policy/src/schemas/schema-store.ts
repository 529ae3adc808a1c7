import type { JsonValue } from '../linked.ts'
import type { SourceFile } from '../source.ts'
import { SCHEMAS_DIRECTORY } from '../sources/policy-paths.ts'
import { SchemaCompiler } from './compiler.ts'
import { type SchemaViolation, violationsOf } from './failure.ts'
import { quoteGo } from './go-text.ts'
import { JsonTextError, parseJson } from './parse-json.ts'
import type { SchemaJson } from './schema-json.ts'
import { SchemaLoadError } from './schema-load-error.ts'
import { hasControls, splitUri } from './uri.ts'
import { Frame, Run, validate } from './validate.ts'

/** A schema that attributes can be validated by, or why it cannot be used. */
export type LoadedSchema =
  | { readonly ok: true; validate(attributes: JsonValue): readonly SchemaViolation[] }
  | {
      readonly ok: false
      /** In the words of Cerbos. */
      readonly problem: string
      /** The file that is not there, below the `_schemas` directory or elsewhere. */
      readonly missing?: string
    }

/** The schemas of a policy set. */
export interface SchemaStore {
  /** The references of all files: `cerbos:///x.json`. */
  readonly references: readonly string[]
  /** The schema that a reference means, compiled when it is first asked for. */
  load(reference: string): LoadedSchema
}

/**
 * A store of the files of the `_schemas` directory. Schemas are looked for nowhere else: neither
 * other files nor the network are read.
 */
export function createSchemaStore(files: readonly SourceFile[]): SchemaStore {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const parsed = new Map<string, SchemaJson>()
  const loaded = new Map<string, LoadedSchema>()

  const loadJson = (url: string): SchemaJson => {
    const path = pathOf(url)
    const known = parsed.get(path)
    if (known !== undefined) return known
    const text = texts.get(path)
    if (text === undefined) throw SchemaLoadError.notFound(path)
    const json = parse(text, url)
    parsed.set(path, json)
    return json
  }

  return {
    references: [...texts.keys()].map(referenceTo),
    load(reference) {
      const known = loaded.get(reference)
      if (known) return known
      const schema = load(reference, loadJson)
      loaded.set(reference, schema)
      return schema
    },
  }
}

/** The files of a set that are schemas. */
export function isSchemaFile({ path }: SourceFile): boolean {
  return path.startsWith(`${SCHEMAS_DIRECTORY}/`)
}

/** How policies refer to a file of the `_schemas` directory. */
export function referenceTo(path: string): string {
  const steps = path.slice(SCHEMAS_DIRECTORY.length + 1).split('/')
  return `cerbos:///${steps.map(encodeURIComponent).join('/')}`
}

function load(reference: string, loadJson: (url: string) => SchemaJson): LoadedSchema {
  let asked = 0
  const countingLoad = (url: string): SchemaJson => {
    asked++
    return loadJson(url)
  }
  try {
    if (hasControls(reference)) {
      const problem = 'net/url: invalid control character in URL'
      throw SchemaLoadError.of(`parse ${quoteGo(reference)}: ${problem}`)
    }
    // Cerbos takes a reference without a scheme for a file of the machine that it runs on.
    if (splitUri(reference).scheme === '') throw SchemaLoadError.notFound(reference)
    const { schema, tracks } = new SchemaCompiler(countingLoad).compile(reference)
    return {
      ok: true,
      validate(attributes) {
        const failure = validate(schema, attributes, new Frame(new Run(tracks)))
        return failure ? violationsOf(failure) : NO_VIOLATIONS
      },
    }
  } catch (error) {
    if (!(error instanceof SchemaLoadError)) throw error
    const otherwise = splitUri(reference).scheme === '' ? /[#%]/ : NOT_ITSELF
    return failed(reference, error, asked <= 1 && !otherwise.test(reference))
  }
}

/** What Go writes otherwise in a URL than it is given, so that Cerbos takes it for another schema. */
const NOT_ITSELF = /[^\x21-\x7e]|["#<>\\^`{|}]/

const NO_VIOLATIONS: readonly SchemaViolation[] = []

function failed(
  reference: string,
  { message, missing }: SchemaLoadError,
  isItself: boolean,
): LoadedSchema {
  if (missing === undefined) {
    return { ok: false, problem: `jsonschema ${reference} compilation failed: ${message}` }
  }
  const by = isItself ? '' : ` referenced by ${reference}`
  return { ok: false, problem: `schema ${missing}${by} doesn't exist`, missing }
}

/** The path of the file that a URL means. Throws when it can mean none. */
function pathOf(url: string): string {
  const { scheme, path } = splitUri(url)
  if (scheme === 'file') throw SchemaLoadError.notFound(decode(path))
  if (scheme !== '' && scheme !== 'cerbos') throw SchemaLoadError.of(`no Loader found for ${url}`)
  const name = scheme === '' || path.startsWith('/') ? decode(path).replace(/^\//, '') : ''
  const isValid = name.split('/').every((step) => step !== '' && step !== '.' && step !== '..')
  if (!isValid) throw SchemaLoadError.of(`open ${name}: invalid argument`)
  return `${SCHEMAS_DIRECTORY}/${name}`
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw SchemaLoadError.of(`invalid URL escape in "${path}"`)
  }
}

function parse(text: string, url: string): SchemaJson {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error
    throw SchemaLoadError.of(`invalid json ${url}: ${error.message}`)
  }
}
