import { anchorsOf, type Draft, findDraft, idOf, LATEST_DRAFT, subschemas } from './drafts.ts'
import { pointerStep, quoteGo } from './go-text.ts'
import { isSchemaList, isSchemaObject, type SchemaJson } from './schema-json.ts'
import { SchemaLoadError } from './schema-load-error.ts'
import { readUri, resolveUri, splitFragment } from './uri.ts'

/** A schema within a document. */
export interface SchemaNode {
  /** A JSON pointer, `''` for the document itself. */
  readonly pointer: string
  readonly json: SchemaJson
  /** The URL against which references in it are resolved. */
  readonly base: string
}

/** A file of schemas, with all that can be referred to in it. */
export interface SchemaDocument {
  /** What it calls itself, or where it was loaded from. */
  readonly url: string
  readonly draft: Draft
  readonly root: SchemaJson
  readonly nodes: Map<string, SchemaNode>
  /** Pointers by the URLs that schemas in the document give themselves. */
  readonly ids: Map<string, string>
  /** Pointers by URL and anchor. */
  readonly anchors: Map<string, string>
}

/** The draft of a document, or the URL of a metaschema that is not a draft's. */
export function draftOf(root: SchemaJson, url: string): Draft | string {
  const named = isSchemaObject(root) ? root.get('$schema') : undefined
  if (named === undefined) return LATEST_DRAFT
  if (typeof named !== 'string') throw SchemaLoadError.of(`invalid $schema in ${url}`)
  if (readUri(named) !== 'absolute') throw SchemaLoadError.of(`$schema must be uri in ${url}`)
  const draft = findDraft(named)
  if (draft) return draft
  const metaschema = splitFragment(named).url
  if (metaschema === url) throw SchemaLoadError.of(`unsupported draft in ${url}`)
  return metaschema
}

/** Resolves a reference, or throws when it is none. */
export function resolveReference(base: string, reference: string): string {
  if (readUri(reference) === undefined) {
    const problem = reference.startsWith(':') ? 'missing protocol scheme' : 'invalid URL'
    throw SchemaLoadError.of(`parse ${quoteGo(reference)}: ${problem}`)
  }
  return resolveUri(base, reference)
}

/** Throws when a document calls itself something that is no URL. */
export function requireSoundId(root: SchemaJson, draft: Draft): void {
  const id = isSchemaObject(root) ? idOf(root, draft) : undefined
  if (id !== undefined) resolveReference('', id)
}

/** Takes down what a document has. */
export function createDocument(root: SchemaJson, loadedFrom: string, draft: Draft): SchemaDocument {
  const id = isSchemaObject(root) ? idOf(root, draft) : undefined
  const url = id === undefined ? loadedFrom : splitFragment(resolveUri(loadedFrom, id)).url
  const document: SchemaDocument = {
    url,
    draft,
    root,
    nodes: new Map(),
    ids: new Map([[url, '']]),
    anchors: new Map(),
  }
  addNodes(document, { pointer: '', json: root, base: url })
  return document
}

function addNodes(document: SchemaDocument, node: SchemaNode): void {
  document.nodes.set(node.pointer, node)
  if (!isSchemaObject(node.json)) return
  for (const anchor of anchorsOf(node.json, document.draft)) {
    const key = `${node.base}#${anchor}`
    if (!document.anchors.has(key)) document.anchors.set(key, node.pointer)
  }
  for (const [path, json] of subschemas(node.json, document.draft)) {
    const pointer = `${node.pointer}/${path.map(pointerStep).join('/')}`
    addNodes(document, { pointer, json, base: baseOf(document, json, node.base, pointer) })
  }
}

function baseOf(
  document: SchemaDocument,
  json: SchemaJson,
  around: string,
  pointer: string,
): string {
  const id = isSchemaObject(json) ? idOf(json, document.draft) : undefined
  if (id === undefined) return around
  const { url } = splitFragment(resolveUri(around, id))
  if (url === around) return around
  const other = document.ids.get(url)
  if (other !== undefined && other !== pointer) {
    const pair = `"${other}" and "${pointer}"`
    throw SchemaLoadError.of(`${pair} in ${document.url} have same canonical-uri`)
  }
  document.ids.set(url, pointer)
  return url
}

/** The schema at a fragment of a URL that the document has. */
export function findNode(
  document: SchemaDocument,
  url: string,
  fragment: string,
): SchemaNode | undefined {
  const start = document.ids.get(url)
  if (start === undefined) return undefined
  if (fragment !== '' && !fragment.startsWith('/')) {
    const pointer = document.anchors.get(`${url}#${fragment}`)
    return pointer === undefined ? undefined : document.nodes.get(pointer)
  }
  const names = fragment.split('/').slice(1).map(unescapeStep)
  const pointer = start + names.map((name) => `/${pointerStep(name)}`).join('')
  return document.nodes.get(pointer) ?? findUnlisted(document, start, names, pointer)
}

/** Adds a schema that a reference found where no keyword of the draft has schemas. */
export function addUnlistedNode(document: SchemaDocument, node: SchemaNode): void {
  const base = baseOf(document, node.json, node.base, node.pointer)
  addNodes(document, { ...node, base })
}

function findUnlisted(
  document: SchemaDocument,
  start: string,
  names: readonly string[],
  pointer: string,
): SchemaNode | undefined {
  const from = document.nodes.get(start)
  let json: SchemaJson | undefined = from?.json
  for (const name of names) {
    if (isSchemaObject(json)) json = json.get(name)
    else json = isSchemaList(json) && /^\d+$/.test(name) ? json[Number(name)] : undefined
  }
  if (json === undefined || !from) return undefined
  return { pointer, json, base: from.base }
}

function unescapeStep(step: string): string {
  const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(name)
  } catch {
    throw SchemaLoadError.of(`invalid URL escape "${step}"`)
  }
}
