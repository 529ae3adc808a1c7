/** What is wrong with a folder. */
export interface CompileAnswer {
  /** In any order. Nothing: the folder compiles. */
  readonly findings: readonly Finding[]
}

/**
 * A mistake as `cerbos compile` tells it, without the excerpt in its JSON (`context`). Where the lines
 * of that end and where its caret stands are not Cerbos's: its YAML library prints tokens, so that a
 * last line may be no more than the indentation of the next token, and a caret may stand on the line of
 * another. Ours shows whole lines and stands at the position, which is compared.
 */
export interface Finding {
  /** Each step is only taken where those before it have found nothing. */
  readonly step: Step
  readonly file: string
  /** What sort of mistake it is, in the words of Cerbos: `unknown field`, `missing import`. */
  readonly kind: string
  /** Line, column and path. */
  readonly at: string
  /** What Cerbos says; empty where the words are those of a library of its. */
  readonly text: string
  /** Those words, which are not compared. */
  readonly words?: string
}

/** What is done with a file: it is read, its values are looked at, and then its names. */
const STEPS_OF_FILE = ['read', 'validate', 'check'] as const
export type Step = (typeof STEPS_OF_FILE)[number] | 'fit' | 'compile'

/** A syntax error of YAML, of which the library's words are no API. */
export const SYNTAX = 'syntax'

/** What a parser of Cerbos says in words of its own. */
export const FOREIGN_TEXT = '(a syntax error)'

/** Cerbos panics, where it should find something. */
export const CRASH = 'crash'

/** Messages about a file that does not load, by what they say. */
// biome-ignore format: a table
const LOAD_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^unknown field/, 'unknown field'], [/^duplicate field definition/, 'duplicate field'], [/oneof field is already set/, 'two fields of a oneof'],
  [/^expected .* got /, 'wrong type'], [/^not an alias/, 'merge key'], [/^unexpected key type/, 'key'], [/^invalid integer value|^unexpected (negative|[A-Z])/, 'whole number'], [/^mapping key .* already defined/, 'duplicate key'], [/^unknown anchor/, 'unknown anchor'], [/unknown enum value|^invalid enum|enum/, 'enum value'],
  [/more than one YAML document/, 'several documents'], [/contents are not valid YAML or JSON/, 'no policy'], [/exactly one field is required/, 'no field of a oneof'],
  [/must equal/, 'apiVersion'], [/value is required|must be at least|must contain at least/, 'missing field'], [/does not match regex pattern|must match/, 'pattern'], [/must contain unique|repeated value/, 'duplicate item'],
  [/must be one of/, 'value not allowed'], [/does not specify any roles/, 'rule without roles'], [/^duplicate (action )?rule name/, 'duplicate rule name'], [/^duplicate resource/, 'duplicate resource'],
  [/^duplicate derived role/, 'duplicate derived role'], [/do not support the deprecated top-level/, 'variables above an export'], [/have conflicting scopePermissions/, 'scope permission conflict'],
]

/** The sort of a mistake in a file that does not load. */
export function loadKind(message: string): string {
  return LOAD_KINDS.find(([pattern]) => pattern.test(message))?.[1] ?? SYNTAX
}

const FIT_KINDS = [
  'missing import',
  'missing scope',
  'duplicate definition',
  'scope permission conflict',
]

// biome-ignore format: a table
const COMPILE_KINDS = [
  'invalid expression', 'undefined variable', 'undefined constant', 'variable redefined', 'constant redefined', 'cyclical variable definitions', 'unknown derived role', 'ambiguous derived role',
  'invalid schema', 'empty output', 'scripts in conditions are no longer supported', 'invalid variable name', 'invalid constant name',
]

/** All sorts of mistakes. */
export const ALL_KINDS: readonly string[] = [
  ...new Set([SYNTAX, ...LOAD_KINDS.map(([, kind]) => kind), ...FIT_KINDS, ...COMPILE_KINDS]),
]

/**
 * What differs first. Cerbos takes a file as far as it can, and looks at how files fit together
 * without those that it did not load, so that what it says then is partly echo: where a file does
 * not load, only the files are compared. We tell everything at once.
 */
export function answerDifference(ours: CompileAnswer, theirs: CompileAnswer): string | undefined {
  if (theirs.findings.length === 0 && ours.findings.length === 0) return undefined
  if (theirs.findings.length === 0) return 'only refused here'
  if (ours.findings.length === 0) return 'only refused by Cerbos'
  const all = [...ours.findings, ...theirs.findings]
  const files = new Set(all.flatMap((each) => (isOfFile(each.step) ? [each.file] : [])))
  if (files.size > 0) {
    for (const file of files) {
      const of = (findings: readonly Finding[]): readonly Finding[] =>
        findings.filter((finding) => finding.file === file && isOfFile(finding.step))
      const difference = fileDifference(of(ours.findings), of(theirs.findings))
      if (difference !== undefined) return difference
    }
    return undefined
  }
  const step = all.some((finding) => finding.step === 'fit') ? 'fit' : 'compile'
  const of = ({ findings }: CompileAnswer): readonly Finding[] =>
    findings.filter((finding) => finding.step === step)
  // Cerbos does not go on with a policy whose derived roles are wrong.
  const goesOn = !of(theirs).some(
    ({ kind, at }) => kind === 'unknown derived role' || /\$\.derived_?[rR]oles\b/.test(at),
  )
  return goesOn ? bagDifference(of(ours), of(theirs)) : lackOf(of(ours), of(theirs))
}

/** Whether the step is about one file alone. */
export function isOfFile(step: Step): step is (typeof STEPS_OF_FILE)[number] {
  return step !== 'fit' && step !== 'compile'
}

function fileDifference(ours: readonly Finding[], theirs: readonly Finding[]): string | undefined {
  const step = STEPS_OF_FILE.find((each) =>
    [...ours, ...theirs].some((finding) => finding.step === each),
  )
  const here = ours.filter((finding) => finding.step === step)
  const there = theirs.filter((finding) => finding.step === step)
  if (step !== 'read' || there.length === 0) return bagDifference(here, there)
  // Cerbos stops reading a file at the first mistake.
  return lackOf(here, there)
}

/** What of theirs is not among ours. */
function lackOf(ours: readonly Finding[], theirs: readonly Finding[]): string | undefined {
  const lacking = KEYS.find(([, key]) => {
    const keys = new Set(withForeignTexts(ours, theirs).map(key))
    return !theirs.every((finding) => keys.has(key(finding)))
  })
  return lacking?.[0]
}

const KEYS: readonly (readonly [what: string, key: (finding: Finding) => string])[] = [
  ['kinds', ({ file, kind }) => `${file} ${kind}`],
  ['places', (finding) => `${finding.file} ${finding.kind} ${comparableAt(finding)}`],
  ['texts', ({ file, kind, text }) => `${file} ${kind} ${text}`],
]

/**
 * Two parsers do not stumble over the same character of a text that is no YAML. A value that is left
 * out has no column: Cerbos's parser takes one behind the `:`, and another one at the end of a file.
 */
function comparableAt({ kind, at, text }: Finding): string {
  if (kind === SYNTAX) return ''
  return text.endsWith('got Null') ? at.replace(/:\d+/, '') : at
}

function bagDifference(ours: readonly Finding[], theirs: readonly Finding[]): string | undefined {
  const comparable = withForeignTexts(ours, theirs)
  return KEYS.find(([, key]) => !sameBag(comparable, theirs, key))?.[0]
}

/** Ours, without the words where theirs are not Cerbos's own. */
function withForeignTexts(
  ours: readonly Finding[],
  theirs: readonly Finding[],
): readonly Finding[] {
  const foreign = new Set(theirs.filter(({ text }) => text === FOREIGN_TEXT).map(spot))
  return ours.map((finding) =>
    foreign.has(spot(finding)) ? { ...finding, text: FOREIGN_TEXT } : finding,
  )
}

function spot({ file, kind, at }: Finding): string {
  return `${file} ${kind} ${at}`
}

function sameBag(
  a: readonly Finding[],
  b: readonly Finding[],
  key: (finding: Finding) => string,
): boolean {
  const sorted = (findings: readonly Finding[]): string => JSON.stringify(findings.map(key).sort())
  return sorted(a) === sorted(b)
}

/** A finding in a line. */
export function findingText({ file, kind, at, text }: Finding): string {
  return `${file}:${at} [${kind}] ${text}`
}
