import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import ts from 'typescript'

/** What one package's source may import. The picture of it is in ARCHITECTURE.md. */
export interface PackageRule {
  readonly siblings: readonly string[]
  readonly outside: readonly string[]
  /** `behind-node-subpath`: no `node:` module is reachable but through the `./node` export. */
  readonly node: 'allowed' | 'behind-node-subpath' | 'never'
}

/** The folders of the repository that hold packages, each with its rules by folder name. */
export type Architecture = Readonly<Record<string, PackageRule>>

/** A broken rule, in words that say what to do. */
export interface Violation {
  readonly file: string
  readonly line: number
  readonly rule:
    | 'sibling'
    | 'outside-package'
    | 'node-module'
    | 'escape'
    | 'barrel'
    | 'cycle'
    | 'unresolved'
    | 'computed-import'
    | 'code-generation'
    | 'unknown-package'
  readonly message: string
}

interface Import {
  readonly specifier: string | undefined
  readonly line: number
  readonly typeOnly: boolean
}

interface SourceFacts {
  readonly imports: readonly Import[]
  readonly codeGeneration: readonly number[]
}

const compilerOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  customConditions: ['@lockstitch/source'],
  noEmit: true,
}

/**
 * Reads every source file below `root`'s packages (tests left out) and reports each import that the
 * architecture does not show. Imports are resolved as TypeScript resolves them, so a relative path
 * into a sibling counts as what it is.
 */
export function findViolations(
  root: string,
  architecture: Architecture,
  folders: readonly string[] = ['packages', 'examples'],
): readonly Violation[] {
  const violations: Violation[] = []
  for (const folder of folders) {
    for (const name of subfolders(join(root, folder))) {
      const home = join(root, folder, name)
      const rule = architecture[name]
      if (rule === undefined) {
        violations.push({
          file: relative(root, home),
          line: 1,
          rule: 'unknown-package',
          message: `\`${name}\` is not in the architecture: add it there and to ARCHITECTURE.md`,
        })
        continue
      }
      violations.push(...checkPackage({ root, home, name, rule }))
    }
  }
  return violations
}

interface PackagePlace {
  readonly root: string
  readonly home: string
  readonly name: string
  readonly rule: PackageRule
}

function checkPackage(place: PackagePlace): Violation[] {
  const violations: Violation[] = []
  const graph = new Map<string, string[]>()
  const nodeImports: NodeImport[] = []
  for (const file of sourceFiles(join(place.home, 'src'))) {
    const facts = readFacts(file)
    const report: Report = (line, rule, message) =>
      violations.push({ file: relative(place.root, file), line, rule, message })
    if (place.rule.node !== 'allowed') {
      for (const line of facts.codeGeneration)
        report(line, 'code-generation', '`eval` and `new Function` are not for the default path')
    }
    const edges: string[] = []
    graph.set(file, edges)
    for (const each of facts.imports) {
      if (isNodeOnly(each)) nodeImports.push({ ...each, file })
      else checkImport(place, file, each, { report, edges })
    }
    nodeImports.push(...facts.imports.filter(isNodeSubpath).map((each) => ({ ...each, file })))
  }
  violations.push(...checkNodeImports(place, graph, nodeImports), ...checkCycles(place, graph))
  return violations
}

type Report = (line: number, rule: Violation['rule'], message: string) => void

interface NodeImport extends Import {
  readonly file: string
}

/** Reports what is wrong with one import, or adds the file it leads to inside the package. */
function checkImport(
  { root, home, name, rule }: PackagePlace,
  file: string,
  { specifier, line, typeOnly }: Import,
  { report, edges }: { readonly report: Report; readonly edges: string[] },
): void {
  if (specifier === undefined) {
    report(line, 'computed-import', 'a computed import cannot be checked: name the module')
    return
  }
  const target = ts.resolveModuleName(specifier, file, compilerOptions, ts.sys).resolvedModule
  if (target === undefined) {
    report(line, 'unresolved', `\`${specifier}\` does not resolve`)
    return
  }
  const path = ts.sys.realpath?.(target.resolvedFileName) ?? target.resolvedFileName
  const isRelative = specifier.startsWith('.')
  if (isRelative && path.startsWith(join(home, 'src') + sep)) {
    if (path === join(home, 'src', 'index.ts'))
      report(line, 'barrel', `\`${specifier}\`: import the file that defines the name`)
    if (!typeOnly) edges.push(path)
    return
  }
  const sibling = siblingOf(path, root)
  if (sibling === undefined) {
    const outside = packageName(specifier)
    if (!rule.outside.includes(outside))
      report(line, 'outside-package', `\`${name}\` may not import \`${outside}\``)
    return
  }
  if (isRelative) report(line, 'escape', `\`${specifier}\` leaves the package: use its public name`)
  if (sibling !== name && !rule.siblings.includes(sibling))
    report(line, 'sibling', `\`${name}\` may not import \`${sibling}\``)
}

// A sibling's `/node` subpath brings `node:` modules along.
function isNodeSubpath({ specifier, typeOnly }: Import): boolean {
  return !typeOnly && specifier !== undefined && /^@lockstitch\/[\w-]+\/node$/.test(specifier)
}

function isNodeOnly({ specifier }: Import): boolean {
  return (
    specifier !== undefined && (specifier.startsWith('node:') || builtinModules.includes(specifier))
  )
}

function checkCycles(
  { root, home }: PackagePlace,
  graph: ReadonlyMap<string, readonly string[]>,
): Violation[] {
  return findCycles(graph).map((cycle) => ({
    file: relative(root, cycle[0] ?? home),
    line: 1,
    rule: 'cycle' as const,
    message: `import cycle: ${cycle.map((file) => relative(home, file)).join(' → ')}`,
  }))
}

function checkNodeImports(
  place: PackagePlace,
  graph: ReadonlyMap<string, readonly string[]>,
  nodeImports: readonly NodeImport[],
): Violation[] {
  if (place.rule.node === 'allowed') return []
  const open =
    place.rule.node === 'never'
      ? new Set(graph.keys())
      : reachable(graph, publicEntries(place.home))
  return nodeImports
    .filter(({ file }) => open.has(file))
    .map(({ file, line, specifier }) => ({
      file: relative(place.root, file),
      line,
      rule: 'node-module' as const,
      message: `\`${specifier}\` is reachable without the \`/node\` subpath of \`${place.name}\``,
    }))
}

// The entry files of a package but `./node`, from its `exports`.
function publicEntries(home: string): string[] {
  const manifest: { exports?: Record<string, Record<string, string>> } = JSON.parse(
    readFileSync(join(home, 'package.json'), 'utf8'),
  )
  return Object.entries(manifest.exports ?? {})
    .filter(([subpath]) => subpath !== './node')
    .map(([, conditions]) => join(home, conditions['@lockstitch/source'] ?? ''))
}

function reachable(graph: ReadonlyMap<string, readonly string[]>, from: readonly string[]) {
  const seen = new Set<string>()
  const waiting = [...from]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    waiting.push(...(graph.get(file) ?? []))
  }
  return seen
}

function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    const at = path.indexOf(file)
    if (at >= 0) {
      cycles.push([...path.slice(at), file])
      return
    }
    if (done.has(file)) return
    path.push(file)
    for (const next of graph.get(file) ?? []) visit(next)
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) visit(file)
  return cycles
}

function readFacts(file: string): SourceFacts {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const codeGeneration: number[] = []
  const lineOf = (node: ts.Node) =>
    source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean) => {
    const text =
      specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : undefined
    imports.push({ specifier: text, line: lineOf(node), typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(
        node,
        node.moduleSpecifier,
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
      )
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node, node.moduleSpecifier, node.isTypeOnly)
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    } else if (ts.isCallExpression(node) && isImportCall(node)) {
      add(node, node.arguments[0], false)
    } else if (isCodeGeneration(node)) {
      codeGeneration.push(lineOf(node))
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { imports, codeGeneration }
}

function isImportCall(node: ts.CallExpression): boolean {
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return true
  return ts.isIdentifier(node.expression) && node.expression.text === 'require'
}

function isCodeGeneration(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false
  if (!ts.isIdentifier(node.expression)) return false
  return node.expression.text === 'eval' || node.expression.text === 'Function'
}

function siblingOf(path: string, root: string): string | undefined {
  const [folder, name] = relative(root, path).split(sep)
  return folder === 'packages' || folder === 'examples' ? name : undefined
}

function packageName(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier)
}

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.d.ts'))
    .map((file) => join(folder, file))
    .sort()
}

function subfolders(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'package.json')))
    .map((entry) => entry.name)
    .sort()
}

/** Where the repository is, seen from this file. */
export const repositoryRoot: string = dirname(import.meta.dirname)
