/**
 * How policy files are read, for other files of the same making: YAML or JSON into messages of typed
 * fields, every value with its place, every mistake a diagnostic.
 */
export { collectInto, type Report, relatedPlace, sortDiagnostics } from './diagnostics.ts'
export { type Located, type LocatedText, locationOf, type Place, unanchored } from './place.ts'
export { readRoot } from './read/cursor.ts'
export type { Fields, LocatedList, NamedEntry } from './read/fields.ts'
export { timestampProblem } from './read/timestamp.ts'
export { readYaml } from './read/yaml.ts'
export { camelCasePath, fieldPath, missingPlace } from './rules/field-path.ts'
export { reportMissing, reportMissingList } from './rules/required-fields.ts'
export { type SourceText, sourceText } from './source.ts'
