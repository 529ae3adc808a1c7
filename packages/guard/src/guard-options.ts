import { refuseUnknownOptions } from './option-names.ts'
import { RESOURCE_OPTIONS } from './resource.ts'

/** Throws for a misspelt option of a guard, when the route is made. `loader` is what finds the records. */
export function refuseUnknownGuardOptions(
  taker: string,
  options: object,
  loader: 'resource' | 'known',
): void {
  const own = { kind: true, action: true, [loader]: true, onDenied: true }
  refuseUnknownOptions(taker, options, { ...own, ...RESOURCE_OPTIONS })
}
