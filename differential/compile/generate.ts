import { type Random, randomFor } from '../random.ts'
import type { CaseFile, CompileCase } from './compile-case.ts'
import { type Folder, healthyFolder, type PolicyFile, TOKEN } from './folder.ts'
import { EXPRESSION_MISTAKES } from './mistakes/expressions.ts'
import { FIELD_MISTAKES } from './mistakes/fields.ts'
import { bodyOf, KINDS, type Mistake, mapsIn } from './mistakes/mistake.ts'
import { REFERENCE_MISTAKES } from './mistakes/references.ts'
import { TEXT_MISTAKES } from './mistakes/text.ts'
import { YAML_ODDITIES } from './mistakes/yaml.ts'
import { descendantsOf, type MapNode, type Node, valueAt } from './node.ts'
import { randomStyle, render, type Style } from './render.ts'

const IN_TREES: readonly Mistake[] = [
  ...FIELD_MISTAKES,
  ...REFERENCE_MISTAKES,
  ...EXPRESSION_MISTAKES,
  ...YAML_ODDITIES,
]

/** What other mistakes mostly hide, because Cerbos does not get that far. */
const MOSTLY_HIDDEN: readonly string[] = [
  'ambiguous derived role',
  'script',
  'output',
  'name of a variable',
  'name of a constant',
]

const CHOICES: readonly Mistake[] = [
  ...IN_TREES,
  ...IN_TREES.filter(({ name }) => MOSTLY_HIDDEN.includes(name)),
]

/** The names of everything that can be made wrong. */
export const MISTAKES: readonly string[] = [...IN_TREES, ...TEXT_MISTAKES].map(({ name }) => name)

const STYLES = [
  'JSON file',
  'snake_case',
  'flow style',
  'comments',
  'CRLF',
  'file that is not read',
]
export const STYLE_FEATURES: readonly string[] = STYLES.map((name) => `style: ${name}`)

/** The case of a seed and an index. */
export function generateCase(seed: number, index: number): CompileCase {
  const random = randomFor(seed, index)
  const folder = healthyFolder(random)
  const made = makeMistakes(folder, random)
  const styles = folder.files.map((file) => styleFor(file.root, random))
  const files = folder.files.map((file, i) => textOf(file, styles[i] as Style, random))
  made.push(...styles.flatMap(styleFeatures))
  if (random.chance(0.1)) damage(files, made, random)
  if (random.chance(0.04)) {
    files.push(notRead(random))
    made.push('style: file that is not read')
  }
  for (const [name, text] of folder.schemas) files.push({ path: `_schemas/${name}`, text })
  const fields = new Set(folder.files.flatMap(({ root }) => fieldsOf(root)))
  return {
    files: withOwnPaths(files),
    made,
    fields: [...fields],
    alone: folder.files.some(({ root }) => meetsOthers(root)),
  }
}

function makeMistakes(folder: Folder, random: Random): string[] {
  const made: string[] = []
  if (random.chance(0.4)) return made
  const count = random.pick([1, 1, 1, 2, 2, 3])
  for (let attempt = 0; made.length < count && attempt < 20; attempt += 1) {
    const mistake = random.pick(CHOICES)
    if (mistake.make(folder, random)) made.push(mistake.name)
  }
  return made
}

/** JSON has no aliases, and Cerbos counts the comments of a file with CRLF as lines of their own. */
function styleFor(root: MapNode, random: Random): Style {
  const hasAlias = descendantsOf(root).some(({ node }) => node.kind === 'alias')
  const style = randomStyle(random, !hasAlias && random.chance(0.12))
  const isPlain = style.lineBreak === '\n' || random.chance(0.02)
  return isPlain ? style : { ...style, comments: 0, head: '', tail: '' }
}

function textOf({ name, root }: PolicyFile, style: Style, random: Random): CaseFile {
  const extension = style.json ? 'json' : random.pick(['yaml', 'yaml', 'yaml', 'yml', 'YAML'])
  return { path: `${TOKEN}/${name}.${extension}`, text: render(root, style, random) }
}

function styleFeatures(style: Style): string[] {
  const found = [
    style.json && 'JSON file',
    !style.json && style.snake > 0 && 'snake_case',
    !style.json && style.flow > 0 && 'flow style',
    !style.json && style.comments > 0 && 'comments',
    !style.json && style.lineBreak === '\r\n' && 'CRLF',
  ]
  return found.flatMap((name) => (name === false ? [] : [`style: ${name}`]))
}

function damage(files: CaseFile[], made: string[], random: Random): void {
  const mistake = random.pick(TEXT_MISTAKES)
  const index = random.below(files.length)
  const { path, text } = files[index] as CaseFile
  files[index] = { path, text: mistake.make(text, random) }
  made.push(mistake.name)
}

const NOT_READ = [
  '.hidden.yaml',
  'a_test.yaml',
  'testdata/a.yaml',
  'notes.txt',
  '.git/a.yaml',
  'b_test.json',
  'a.yaml.bak',
  'testdata/sub/b.yaml',
  'yaml',
]

function notRead(random: Random): CaseFile {
  return { path: `${TOKEN}/${random.pick(NOT_READ)}`, text: random.pick(['{', 'a: 1\n', '']) }
}

/** Two files may have been given one path, or a file that of a directory. */
function withOwnPaths(files: readonly CaseFile[]): CaseFile[] {
  const taken = new Set(files.flatMap(({ path }) => directoriesOf(path)))
  return files.filter(({ path }) => !taken.has(path) && taken.add(path))
}

function directoriesOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** Whether it is found by a name, scope or pattern that other cases may have too. */
function meetsOthers(root: MapNode): boolean {
  const kinds = KINDS.filter((kind) => bodyOf(root, kind) !== undefined)
  return kinds.some((kind) => {
    const body = bodyOf(root, kind)
    const names = ['name', 'resource', 'principal', 'role'].flatMap(
      (key) => valueAt(body, key) ?? [],
    )
    if (!names.every(hasToken)) return true
    if (kind === 'rolePolicy') {
      return mapsIn(body, 'rules').some((rule) => !hasToken(valueAt(rule, 'resource')))
    }
    return valueAt(body, 'scopePermissions') !== undefined && !hasToken(valueAt(body, 'scope'))
  })
}

function hasToken(node: Node | undefined): boolean {
  return node?.kind === 'text' && node.text.includes(TOKEN)
}

/** The fields of the policy format that a file has: `resourcePolicy.rules[].effect`. */
function fieldsOf(root: MapNode): string[] {
  return descendantsOf(root).map(({ field }) => normalField(field))
}

function normalField(field: string): string {
  return field
    .replace(
      /(local|annotations|attributes|exportVariables\.definitions|exportConstants\.definitions)\..*$/,
      '$1',
    )
    .replace(/^variables\..*$/, 'variables')
    .replace(/(\.(all|any|none)\.of\[\])+/g, '.all.of[]')
    .replace(/\.(all|any|none)\b(?!\.of\[\])/g, '.all')
}
