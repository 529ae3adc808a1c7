import type {
  CallExpr,
  ComprehensionExpr,
  Expr,
  IdentExpr,
  ListExpr,
  MapExpr,
  SelectExpr,
  StructExpr,
} from './ast.ts'
import { nameWithin, qualifiedName, unreachable } from './ast.ts'
import {
  type CallMeaning,
  type CheckedOverload,
  candidateNames,
  type Declarations,
  type FunctionDeclaration,
  type FunctionReference,
  simpleSignature,
} from './check/declarations.ts'
import {
  ERROR,
  Inference,
  isAtomic,
  isDynOrError,
  optionalValue,
  replaceParams,
  TypesTooComplex,
} from './check/inference.ts'
import { LITERAL_RULES, type LiteralRule } from './check/literals.ts'
import { Problems } from './check/problems.ts'
import type { CelDiagnostic } from './errors.ts'
import {
  BOOL,
  type CelType,
  CONSTANT_TYPES,
  DYN,
  INT,
  listType,
  mapType,
  optionalType,
  sameType,
} from './types.ts'

/** What a name in an expression means. */
export type Reference =
  /** A variable or a type. A selection `a.b.c` can be the name of one variable, as a whole. */
  { readonly kind: 'ident'; readonly name: string } | FunctionReference

/** The types and the meanings of the names of an expression, or all that is wrong with it. */
export type CheckResult =
  | {
      readonly ok: true
      readonly type: CelType
      /** The type of each node, by its id. Parts of a qualified name have none. */
      readonly types: readonly (CelType | undefined)[]
      /** What each identifier, call and message literal refers to, by its id. */
      readonly references: readonly (Reference | undefined)[]
    }
  | { readonly ok: false; readonly diagnostics: readonly CelDiagnostic[] }

/**
 * Finds the type of every part of an expression, by cel-go's rules.
 * @see https://github.com/google/cel-spec/blob/v0.25.1/doc/langdef.md#gradual-type-checking
 */
export function check(expr: Expr, declarations: Declarations): CheckResult {
  try {
    return new Checker(declarations).run(expr)
  } catch (problem) {
    if (!(problem instanceof TypesTooComplex)) throw problem
    const message = 'the types of this expression are too complex'
    return { ok: false, diagnostics: [{ code: 'expression-too-deep', message, span: expr.span }] }
  }
}

/** The variables of the comprehensions around a node, innermost first. */
interface Scope {
  readonly name: string
  readonly type: CelType
  readonly outer: Scope | undefined
}

/** One method for each kind of node; each leaves the node's type in `#types`. */
class Checker {
  readonly #declarations: Declarations
  readonly #inference = new Inference()
  readonly #problems = new Problems()
  readonly #types: (CelType | undefined)[] = []
  readonly #references: (Reference | undefined)[] = []
  readonly #literalCalls: { readonly call: CallExpr; readonly rule: LiteralRule }[] = []
  #scope: Scope | undefined

  constructor(declarations: Declarations) {
    this.#declarations = declarations
  }

  run(expr: Expr): CheckResult {
    const type = this.#inference.finish(this.#check(expr))
    if (this.#problems.none) this.#checkLiterals()
    if (!this.#problems.none) return { ok: false, diagnostics: this.#problems.inOrder() }
    const types = this.#types.map((each) => each && this.#inference.finish(each))
    return { ok: true, type, types, references: this.#references }
  }

  /** Tries literal arguments once the types are right. */
  #checkLiterals(): void {
    const typeOf = (id: number): CelType => this.#inference.finish(this.#types[id] ?? DYN)
    for (const { call, rule } of this.#literalCalls) {
      const problem = rule(call, typeOf)
      if (problem !== undefined) this.#problems.literal(problem.message, problem.span)
    }
  }

  #check(expr: Expr): CelType {
    const type = this.#inference.bounded(this.#typeOf(expr))
    this.#types[expr.id] = type
    return type
  }

  #typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case 'const':
        return CONSTANT_TYPES[expr.value.kind]
      case 'ident':
        return this.#ident(expr)
      case 'select':
        return this.#select(expr)
      case 'call':
        return this.#call(expr)
      case 'list':
        return this.#list(expr)
      case 'map':
        return this.#map(expr)
      case 'struct':
        return this.#struct(expr)
      case 'comprehension':
        return this.#comprehension(expr)
      default:
        return unreachable(expr)
    }
  }

  #ident(expr: IdentExpr): CelType {
    const local = this.#local(expr.name)
    if (local === undefined) {
      return this.#global(expr, expr.name) ?? this.#undeclaredIdent(expr)
    }
    this.#references[expr.id] = { kind: 'ident', name: expr.name }
    return local
  }

  #undeclaredIdent(expr: IdentExpr): CelType {
    const { variables } = this.#declarations
    return this.#problems.undeclaredIdent(expr, this.#container, [
      ...this.#localNames(),
      ...variables.keys(),
    ])
  }

  #select(expr: SelectExpr): CelType {
    const variable = this.#qualifiedIdent(expr)
    if (variable !== undefined) return variable
    const operand = this.#inference.resolve(this.#check(expr.operand))
    const inside = optionalValue(operand)
    const field = this.#field(expr, inside ?? operand, expr.field)
    if (expr.testOnly) return BOOL
    return this.#inference.resolve(inside === undefined ? field : optionalType(field))
  }

  /** The type of `a.b.c` if that is the name of one variable or type. */
  #qualifiedIdent(expr: SelectExpr): CelType | undefined {
    if (!this.#mayBeQualified(expr)) return undefined
    const root = rootIdent(expr)
    if (root === undefined || this.#local(root.name) !== undefined) return undefined
    return this.#global(expr, qualifiedName(expr) ?? '')
  }

  #field(expr: Expr, type: CelType, field: string): CelType {
    switch (type.kind) {
      case 'map':
        return type.value
      case 'message':
        return (
          type.fields.get(field)?.type ??
          this.#problems.undefinedField(expr, field, type.fields.keys())
        )
      case 'openStruct':
      case 'dyn':
        return DYN
      case 'param': // Nothing may be learned of it any more: it has fields, or else fails at run time.
        this.#inference.assign(DYN, type)
        return DYN
      default:
        if (type !== ERROR) this.#problems.noFields(expr, type)
        return DYN
    }
  }

  #call(expr: CallExpr): CelType {
    if (expr.function === '_?._') return this.#optionalSelect(expr)
    const args: CelType[] = []
    for (const arg of expr.args) args.push(this.#check(arg))
    const { target } = expr
    if (target === undefined) return this.#functionCall(expr, this.#function(expr.function), args)
    const namespaced = this.#namespaced(target, expr.function)
    if (namespaced) return this.#functionCall(expr, namespaced, args)
    args.unshift(this.#check(target))
    return this.#functionCall(expr, this.#function(expr.function), args)
  }

  /** The function that is written like a method of its namespace: `math.abs(x)`. */
  #namespaced(target: Expr, name: string): FunctionDeclaration | undefined {
    const qualified = this.#mayBeQualified(target) && nameWithin(target, name)
    return qualified ? this.#function(qualified) : undefined
  }

  #mayBeQualified(expr: Expr): boolean {
    const root = rootIdent(expr)
    return root !== undefined && this.#declarations.nameParts.has(withoutDot(root.name))
  }

  /** `operand.?field`, which the parser writes as a call. */
  #optionalSelect(expr: CallExpr): CelType {
    const [operandExpr, field] = expr.args
    if (operandExpr === undefined || field?.kind !== 'const' || field.value.kind !== 'string') {
      return this.#problems.notAField(expr)
    }
    const operand = this.#inference.resolve(this.#check(operandExpr))
    const type = this.#field(field, optionalValue(operand) ?? operand, field.value.value)
    this.#references[expr.id] = SELECT_OPTIONAL_FIELD
    return this.#inference.resolve(optionalType(type))
  }

  /** The type of a call; `args` has the receiver first where the call is a method's. */
  #functionCall(
    expr: CallExpr,
    declared: FunctionDeclaration | undefined,
    args: readonly CelType[],
  ): CelType {
    if (declared === undefined) {
      const { functions } = this.#declarations
      return this.#problems.unknownFunction(expr, this.#container, functions.keys())
    }
    const member = args.length > expr.args.length
    const signature = simpleSignature(args, member)
    const known = signature === undefined ? undefined : declared.meanings.get(signature)
    const meaning = known ?? this.#meaning(expr, declared, args, member)
    if (meaning === undefined) return ERROR
    const { reference, result } = meaning
    if (known === undefined && signature !== undefined && isAtomic(result)) {
      declared.meanings.set(signature, meaning)
    }
    this.#references[expr.id] = reference
    const rule = LITERAL_RULES.get(declared.name)
    if (rule !== undefined) this.#literalCalls.push({ call: expr, rule })
    return result
  }

  /** What a call means; where it means nothing, that is recorded. */
  #meaning(
    expr: CallExpr,
    declared: FunctionDeclaration,
    args: readonly CelType[],
    member: boolean,
  ): CallMeaning | undefined {
    const { name } = declared
    if (name === '_&&_' || name === '_||_') return this.#logical(expr, declared, args)
    const overloads: string[] = []
    let result: CelType | undefined
    for (const overload of declared.overloads) {
      if (overload.member !== member) continue
      const signature = this.#instantiate(overload)
      if (!this.#inference.assignAll(args, signature.args)) continue
      overloads.push(overload.id)
      const type = this.#inference.resolve(signature.result)
      result = result === undefined || sameType(result, type) ? type : DYN
    }
    if (result !== undefined) return { reference: { kind: 'function', name, overloads }, result }
    this.#noOverload(expr, declared, args, member)
    return undefined
  }

  /** `&&` and `||` tell of each operand that is no bool. */
  #logical(
    expr: CallExpr,
    { name, overloads }: FunctionDeclaration,
    args: readonly CelType[],
  ): CallMeaning | undefined {
    const wrong = expr.args.filter((arg, i) => !this.#isBool(arg, args[i] ?? ERROR))
    if (wrong.length > 0) return undefined
    const ids = overloads.map((overload) => overload.id)
    return { reference: { kind: 'function', name, overloads: ids }, result: BOOL }
  }

  #isBool(expr: Expr, type: CelType): boolean {
    const fits = this.#inference.assign(type, BOOL)
    if (!fits) this.#problems.mismatch(expr, BOOL, type)
    return fits
  }

  /** The signature with type variables of its own in place of its type parameters. */
  #instantiate(overload: CheckedOverload): Pick<CheckedOverload, 'args' | 'result'> {
    if (overload.typeParams.length === 0) return overload
    const fresh = new Map(overload.typeParams.map((name) => [name, this.#inference.fresh()]))
    const rename = (type: CelType): CelType =>
      replaceParams(type, (param) => fresh.get(param.name) ?? param)
    return { args: overload.args.map(rename), result: rename(overload.result) }
  }

  #noOverload(
    expr: CallExpr,
    { name, overloads }: FunctionDeclaration,
    args: readonly CelType[],
    member: boolean,
  ): CelType {
    const types = args.map((arg) => this.#inference.finish(arg))
    const isOtherStyle = overloads.every((overload) => overload.member !== member)
    const style = member ? `${name}(…)` : `….${name}(…)`
    const hint = isOtherStyle ? `; it is called as \`${style}\`` : ''
    return this.#problems.noMatchingOverload(expr, name, types, member, hint)
  }

  #list(expr: ListExpr): CelType {
    let element: CelType | undefined
    for (const [i, part] of expr.elements.entries()) {
      const optional = expr.optionalIndices.includes(i)
      element = this.#join(element, optional ? this.#optionalPart(part) : this.#check(part))
    }
    return listType(element ?? this.#inference.fresh())
  }

  #map(expr: MapExpr): CelType {
    let key: CelType | undefined
    let value: CelType | undefined
    for (const entry of expr.entries) {
      key = this.#join(key, this.#check(entry.key))
      const { value: part, optional } = entry
      value = this.#join(value, optional ? this.#optionalPart(part) : this.#check(part))
    }
    return mapType(key ?? this.#inference.fresh(), value ?? this.#inference.fresh())
  }

  #join(previous: CelType | undefined, current: CelType): CelType {
    return previous === undefined ? current : this.#inference.join(previous, current)
  }

  /** A part of a literal that is written with `?`: the type inside the optional. */
  #optionalPart(expr: Expr): CelType {
    const type = this.#check(expr)
    const inside = optionalValue(type)
    if (inside !== undefined || type.kind === 'dyn') return inside ?? type
    this.#problems.mismatch(expr, optionalType(type), type)
    return type
  }

  #struct(expr: StructExpr): CelType {
    const name = candidateNames(this.#container, expr.messageName).find((candidate) =>
      this.#declarations.types.has(candidate),
    )
    const type = name === undefined ? undefined : this.#declarations.types.get(name)
    if (name !== undefined) this.#references[expr.id] = { kind: 'ident', name }
    for (const entry of expr.entries) {
      const value = entry.optional ? this.#optionalPart(entry.value) : this.#check(entry.value)
      if (type?.kind !== 'message') continue
      const field = type.fields.get(entry.field)?.type
      if (field === undefined) this.#problems.undefinedEntry(entry)
      else if (!this.#inference.assign(field, value)) {
        this.#problems.fieldMismatch(entry, field, value)
      }
    }
    if (type === undefined) {
      return this.#problems.undeclaredMessage(
        expr,
        this.#container,
        this.#declarations.types.keys(),
      )
    }
    return type.kind === 'message' ? (type.value ?? type) : this.#problems.notAMessage(expr, type)
  }

  #comprehension(expr: ComprehensionExpr): CelType {
    const range = this.#inference.resolve(this.#check(expr.iterRange))
    const accu = this.#check(expr.accuInit)
    const outer = this.#scope
    const around: Scope = { name: expr.accuVar, type: accu, outer }
    this.#scope = this.#iterationScope(expr, range, around)
    this.#expect(expr.loopCondition, BOOL)
    this.#expect(expr.loopStep, accu)
    this.#scope = around
    const result = this.#check(expr.result)
    this.#scope = outer
    return this.#inference.resolve(result)
  }

  #iterationScope(expr: ComprehensionExpr, range: CelType, outer: Scope): Scope {
    const [first, second] = this.#iterationTypes(expr, range)
    if (expr.iterVar2 === undefined) return { name: expr.iterVar, type: first, outer }
    const inner = { name: expr.iterVar, type: first, outer }
    return { name: expr.iterVar2, type: second, outer: inner }
  }

  /** The types of the variables: one goes over elements or keys, two over indices and elements or keys and values. */
  #iterationTypes(expr: ComprehensionExpr, range: CelType): readonly [CelType, CelType] {
    const two = expr.iterVar2 !== undefined
    if (range.kind === 'list') return two ? [INT, range.element] : [range.element, ERROR]
    if (range.kind === 'map') return [range.key, range.value]
    if (range.kind === 'param') this.#inference.assign(DYN, range)
    if (range.kind === 'param' || isDynOrError(range)) return [DYN, DYN]
    this.#problems.notARange(expr.iterRange, range)
    return [ERROR, ERROR]
  }

  /** Checks a part of a comprehension that must have a certain type. */
  #expect(expr: Expr, expected: CelType): void {
    const type = this.#check(expr)
    if (!this.#inference.assign(expected, type)) this.#problems.mismatch(expr, expected, type)
  }

  get #container(): string {
    return this.#declarations.container
  }

  #local(name: string): CelType | undefined {
    for (let scope = this.#scope; scope !== undefined; scope = scope.outer) {
      if (scope.name === name) return scope.type
    }
    return undefined
  }

  #localNames(): readonly string[] {
    const names: string[] = []
    for (let scope = this.#scope; scope !== undefined; scope = scope.outer) names.push(scope.name)
    return names
  }

  /** The type of a declared variable, or of the name of a type. */
  #global(expr: Expr, name: string): CelType | undefined {
    for (const candidate of candidateNames(this.#container, name)) {
      const type = this.#declared(candidate)
      if (type === undefined) continue
      // The dot tells the variable from that of a comprehension with the same name.
      const shadowed = this.#local(candidate) !== undefined
      this.#references[expr.id] = { kind: 'ident', name: shadowed ? `.${candidate}` : candidate }
      return type
    }
    return undefined
  }

  #declared(name: string): CelType | undefined {
    const variable = this.#declarations.variables.get(name)
    if (variable !== undefined) return variable
    const type = this.#declarations.types.get(name)
    return type && { kind: 'type', of: (type.kind === 'message' && type.value) || type }
  }

  #function(name: string): FunctionDeclaration | undefined {
    const { functions, container } = this.#declarations
    if (container === '') return functions.get(withoutDot(name))
    const found = candidateNames(container, name).find((candidate) => functions.has(candidate))
    return found === undefined ? undefined : functions.get(found)
  }
}

const SELECT_OPTIONAL_FIELD: Reference = {
  kind: 'function',
  name: '_?._',
  overloads: ['select_optional_field'],
}

/** The identifier that a chain of selections begins with, if it is nothing but that. */
function rootIdent(expr: Expr): IdentExpr | undefined {
  let operand = expr
  while (operand.kind === 'select' && !operand.testOnly) operand = operand.operand
  return operand.kind === 'ident' ? operand : undefined
}

function withoutDot(name: string): string {
  return name.startsWith('.') ? name.slice(1) : name
}
