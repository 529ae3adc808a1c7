import type { Endpoint } from '../endpoint.ts'
import { discoveryEndpoints } from './discovery.ts'
import { magicLinkEndpoints } from './magic-links.ts'
import { memberEndpoints } from './members.ts'
import { organizationEndpoints } from './organizations.ts'
import { rbacEndpoints } from './rbac.ts'
import { sessionEndpoints } from './sessions.ts'

/** The table of endpoints: what is not in it is not emulated. */
export const endpoints: readonly Endpoint[] = [
  ...organizationEndpoints,
  ...memberEndpoints,
  ...magicLinkEndpoints,
  ...discoveryEndpoints,
  ...sessionEndpoints,
  ...rbacEndpoints,
]
