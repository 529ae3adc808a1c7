import type { CheckInput, Principal, Resource } from './request.ts'

/**
 * An input whose attributes are all in `attr`. The Cerbos SDK takes `attributes` as well, and where
 * both are given it lets `attr` win name by name.
 */
export function withMergedAttributes<
  Input extends Pick<CheckInput, 'principal'> & { readonly resource: Omit<Resource, 'id'> },
>(input: Input): Input {
  const { principal, resource } = input
  if (principal.attributes === undefined && resource.attributes === undefined) return input
  return { ...input, principal: merged(principal), resource: merged(resource) }
}

function merged<Party extends Principal | Omit<Resource, 'id'>>(party: Party): Party {
  const { attributes, ...rest } = party
  if (attributes === undefined) return party
  // What is left of a party without an optional field is one of its kind.
  return { ...rest, attr: { ...attributes, ...party.attr } } as unknown as Party
}
