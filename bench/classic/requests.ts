import type {
  CheckInput,
  CheckResourcesRequest,
  Principal,
} from '../../packages/engine/src/index.ts'
import { type Copy, copyOf } from './copy.ts'
import { createRandom, type Random } from './random.ts'

type ResourceCheck = CheckResourcesRequest['resources'][number]

/** Ten decisions: five resources and two actions each. */
export const DECISIONS_PER_REQUEST = 10

/** How many requests, out of how many copies of the policies. */
export interface RequestOptions {
  readonly copies: number
  readonly count: number
  readonly seed: number
}

/**
 * Distinct requests, spread over the copies: whatever the number of copies, equally many are asked
 * for equally much. Within each request some actions are allowed and some are denied by conditions.
 */
export function classicRequests({ copies, count, seed }: RequestOptions): CheckResourcesRequest[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    const copy = copyOf(Math.floor((index * copies) / count), seed)
    const person = index % PEOPLE.length
    const principal = (PEOPLE[person] ?? claimant)(copy, random, index)
    const ownOf = principal.roles.includes('employee') ? principal.id : `staff-${index + 1}`
    const resources = RESOURCES.map((resource, nth) =>
      resource(copy, random, { id: `claim-${index}-${nth}`, owner: ownOf }),
    )
    return { principal, resources }
  })
}

/** The inputs of the single checks that requests stand for, with one action each. */
export function singleChecks(requests: readonly CheckResourcesRequest[]): CheckInput[] {
  return requests.flatMap(({ principal, resources }) =>
    resources.flatMap(({ resource, actions }) =>
      actions.map((action) => ({ principal, resource, actions: [action] })),
    ),
  )
}

const PEOPLE = [claimant, manager, deputy]

function claimant(_: Copy, random: Random, index: number): Principal {
  const attr = { branch: 'lyon', branches: [], approvalLimit: 0, clearance: 0 }
  return {
    id: `staff-${index}`,
    roles: ['employee'],
    attr: { ...attr, grade: random.between(1, 6) },
  }
}

function manager({ ceiling }: Copy, random: Random, index: number): Principal {
  return {
    id: `manager-${index}`,
    roles: ['employee', 'manager'],
    attr: {
      branch: 'turin',
      branches: ['lyon', 'turin', 'graz'],
      approvalLimit: ceiling,
      clearance: random.between(1, 6),
      grade: random.between(3, 8),
    },
  }
}

function deputy({ deputy: id }: Copy): Principal {
  return {
    id,
    roles: ['employee', 'finance'],
    attr: { branch: 'lyon', branches: ['lyon'], approvalLimit: 1000, clearance: 3, grade: 4 },
  }
}

interface Claim {
  readonly id: string
  readonly owner: string
}

/** The five resources of a request: both versions, each scope, each state of a claim. */
const RESOURCES: readonly ((copy: Copy, random: Random, claim: Claim) => ResourceCheck)[] = [
  (copy, random, claim) =>
    ask(copy, claim, { actions: ['view', 'edit'], amount: random.between(10, 90_000) }),
  (copy, random, claim) =>
    ask(copy, claim, {
      scope: 'acme',
      actions: ['edit', 'comment'],
      amount: random.between(10, 900),
      age: random.between(1, 180),
    }),
  (copy, random, claim) =>
    ask(copy, claim, {
      scope: 'acme.sales',
      actions: ['approve', 'share'],
      status: 'submitted',
      amount: random.between(10, copy.ceiling),
    }),
  (copy, random, claim) =>
    ask(copy, claim, {
      policyVersion: 'with_receipts',
      actions: ['create', 'delete'],
      status: random.one(['draft', 'submitted', 'approved']),
      amount: random.between(10, 900),
      receipt: 'scan-1.pdf',
    }),
  (copy, random, claim) =>
    ask(copy, claim, {
      policyVersion: 'with_receipts',
      scope: 'acme.sales',
      actions: ['approve', 'audit'],
      status: random.one(['submitted', 'closed']),
      amount: random.between(10, copy.ceiling),
      labels: random.one([['travel'], ['travel', 'audit'], ['confidential:board']]),
    }),
]

interface Asked {
  readonly actions: readonly string[]
  readonly scope?: string
  readonly policyVersion?: string
  readonly status?: string
  readonly amount: number
  readonly age?: number
  readonly labels?: readonly string[]
  readonly receipt?: string
}

function ask({ kind, costCentre }: Copy, { id, owner }: Claim, asked: Asked): ResourceCheck {
  const { actions, scope, policyVersion, receipt, ...given } = asked
  const attr = {
    claimant: owner,
    branch: 'lyon',
    costCentre,
    status: 'draft',
    age: 3,
    labels: ['travel'],
    sharedWith: ['staff-7', 'staff-8'],
    ...given,
    ...(receipt !== undefined && { receipt }),
  }
  const resource = {
    kind,
    id,
    attr,
    ...(scope !== undefined && { scope }),
    ...(policyVersion !== undefined && { policyVersion }),
  }
  return { resource, actions }
}
