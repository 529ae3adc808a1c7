import { isObject, type Json, type JsonObject, listOf } from './json.ts'
import type { PolicyFile } from './policy-set.ts'

/**
 * Cerbos keeps one copy of what rules of several policies have in common, and finds it by a checksum
 * of texts alone: `any` of two expressions, `all` and `none` of them, and their order of nesting, are
 * one to it, and an output is the same for a condition that is met and for one that is not. Which of
 * the rules all of them follow depends on the order in which the files happened to be read.
 */
export function sharedCores(files: readonly PolicyFile[]): ReadonlySet<PolicyFile> {
  const found = new Set<PolicyFile>()
  const firsts = new Map<string, { readonly file: PolicyFile; readonly shape: string }[]>()
  for (const file of files) {
    for (const { texts, shape } of partsOf(file)) {
      const others = firsts.get(texts) ?? []
      firsts.set(texts, others)
      for (const other of others) {
        if (other.shape === shape || other.file === file) continue
        found.add(file)
        found.add(other.file)
      }
      others.push({ file, shape })
    }
  }
  return found
}

/**
 * The files, with comments in expressions that Cerbos would otherwise confuse: a comment changes the
 * checksum and nothing else.
 */
export function toldApart(files: readonly PolicyFile[]): readonly PolicyFile[] {
  const shapes = new Map<string, string>()
  let comments = 0
  const apart = (of: Rule): Rule => {
    const part = partOf(of)
    if (part === undefined) return of
    const known = shapes.get(part.texts)
    if (known === undefined) shapes.set(part.texts, part.shape)
    if (known === undefined || known === part.shape) return of
    comments += 1
    const rule = commented(of.rule, ` // ${comments}`)
    const { shape, texts } = partOf({ ...of, rule }) ?? part
    shapes.set(texts, shape)
    return { ...of, rule }
  }
  return files.map((file) => withRules(file, apart))
}

/** A rule, or the definition of a derived role, and what else counts for the checksum. */
interface Rule {
  readonly rule: JsonObject
  readonly file: PolicyFile
}

interface Part {
  /** What the checksum is made of. */
  readonly texts: string
  /** What it means. */
  readonly shape: string
}

function partsOf(file: PolicyFile): readonly Part[] {
  const parts: Part[] = []
  withRules(file, (of) => {
    const part = partOf(of)
    if (part !== undefined) parts.push(part)
    return of
  })
  return parts
}

function partOf({ rule, file }: Rule): Part | undefined {
  const condition = isObject(rule.condition) ? rule.condition.match : undefined
  const output = isObject(rule.output) ? rule.output : {}
  const when = isObject(output.when) ? output.when : { ruleActivated: output.expr }
  const { ruleActivated, conditionNotMet } = when
  if (condition === undefined && ruleActivated === undefined && conditionNotMet === undefined) {
    return
  }
  const { scopePermissions } = file.content
  const isConsent = String(scopePermissions).endsWith('ALLOWS')
  // Such a rule becomes a DENY for when its condition is not met.
  const isTurned = isConsent && rule.effect === 'EFFECT_ALLOW' && condition !== undefined
  const effect = isTurned ? 'EFFECT_DENY' : rule.effect
  const texts = [...leavesOf(condition), '→', ...[ruleActivated, conditionNotMet].filter(Boolean)]
  return {
    texts: JSON.stringify([file.kind, isConsent, effect, ...texts]),
    shape: JSON.stringify([isTurned, condition, ruleActivated ?? null, conditionNotMet ?? null]),
  }
}

function leavesOf(match: Json): readonly string[] {
  if (!isObject(match)) return []
  if (typeof match.expr === 'string') return [match.expr]
  return Object.values(match).flatMap((list) =>
    isObject(list) ? listOf(list.of).flatMap(leavesOf) : [],
  )
}

function commented(rule: JsonObject, comment: string): JsonObject {
  if (isObject(rule.condition)) {
    return {
      ...rule,
      condition: { ...rule.condition, match: withComment(rule.condition.match, comment) },
    }
  }
  return { ...rule, output: withComment(rule.output, comment) }
}

/** Adds it to the first expression. */
function withComment(json: Json, comment: string): Json {
  if (typeof json === 'string') return json + comment
  if (Array.isArray(json)) return [withComment(json[0], comment), ...json.slice(1)]
  if (!isObject(json)) return json
  const [first, ...rest] = Object.entries(json).filter(([, value]) => value !== undefined)
  if (first === undefined) return json
  return Object.fromEntries([[first[0], withComment(first[1], comment)], ...rest])
}

/** The file with other rules; those of a principal policy are one level further down. */
function withRules(file: PolicyFile, change: (of: Rule) => Rule): PolicyFile {
  const { content } = file
  const changed = (rule: Json): Json => (isObject(rule) ? change({ rule, file }).rule : rule)
  const lists = ['rules', 'definitions'].filter((key) => Array.isArray(content[key]))
  if (lists.length === 0) return file
  const made = lists.map((key) => [
    key,
    listOf(content[key]).map((rule) =>
      file.kind === 'principalPolicy' && isObject(rule)
        ? { ...rule, actions: listOf(rule.actions).map(changed) }
        : changed(rule),
    ),
  ])
  return { ...file, content: { ...content, ...Object.fromEntries(made) } }
}
