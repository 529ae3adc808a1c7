import type { Classification, DocumentStatus, StoreSeed } from './store.ts'

/** An organization of the demo with its members. */
export interface SeedOrganization {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly members: readonly SeedMember[]
}

/** A member of the demo. */
interface SeedMember {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly string[]
}

const organizationId = (n: number) => `organization-test-00000000-0000-4000-8000-00000000000${n}`
const memberId = (n: number) => `member-test-00000000-0000-4000-8000-0000000000${n}`

// biome-ignore format: table
/** Who exists in the demo. Sam belongs to two organizations, with another role in each. */
export const seedOrganizations: readonly SeedOrganization[] = [
  { id: organizationId(2), slug: 'acme', name: 'Acme', members: [
    { id: memberId(21), email: 'maya@acme.test',    name: 'Maya Lindqvist', roles: ['editor'] },
    { id: memberId(22), email: 'noah@acme.test',    name: 'Noah Adeyemi',   roles: ['admin'] },
    { id: memberId(23), email: 'vera@acme.test',    name: 'Vera Kim',       roles: ['viewer'] },
    { id: memberId(24), email: 'sam@partners.test', name: 'Sam Okafor',     roles: ['editor'] },
  ] },
  { id: organizationId(3), slug: 'globex', name: 'Globex', members: [
    { id: memberId(31), email: 'gus@globex.test',   name: 'Gus Ferreira',   roles: ['admin'] },
    { id: memberId(32), email: 'ines@globex.test',  name: 'Ines Moreau',    roles: ['editor'] },
    { id: memberId(33), email: 'sam@partners.test', name: 'Sam Okafor',     roles: ['viewer'] },
  ] },
  { id: organizationId(1), slug: 'platform', name: 'Folio Platform', members: [
    { id: memberId(11), email: 'pia@platform.test', name: 'Pia Solberg',    roles: ['platform_admin'] },
  ] },
]

interface SeedDocument {
  readonly id: string
  readonly in: string
  readonly by: string
  readonly status: DocumentStatus
  readonly class: Classification
  readonly on: string
  readonly title: string
  readonly body: string
}

// biome-ignore format: table
const documents: readonly SeedDocument[] = [
  { id: 'q3-plan',          in: 'acme',   by: 'noah@acme.test',    status: 'published', class: 'internal',     on: '2026-06-30', title: 'Q3 plan',
    body: 'Three things this quarter, in this order.\n\nFirst, the move to the new billing service. It is two thirds done; what is left is the part that customers notice, so it goes out in small steps, one region at a time.\n\nSecond, response times in the workspace. Half a second is the promise on our home page, and we keep it on good days only.\n\nThird, hiring for support in the east. The plan has its own page.\n\nWhat we will not do: a second mobile app, and the redesign of reports. Both are good ideas for the winter.' },
  { id: 'brand-voice',      in: 'acme',   by: 'maya@acme.test',    status: 'published', class: 'internal',     on: '2026-06-12', title: 'How we write',
    body: 'Say what a thing does before what it is called. Short words first.\n\nWe address one person, not an audience. We do not promise what is not built. When something breaks we say what broke, what it means for the reader, and when we will write again.' },
  { id: 'pricing-notes',    in: 'acme',   by: 'maya@acme.test',    status: 'draft',     class: 'internal',     on: '2026-07-02', title: 'Notes on pricing',
    body: 'Collected from eleven calls in June.\n\nNobody minds the price of a seat. Everybody minds paying for seats that nobody used. Two asked for a yearly invoice, one for a price in yen.' },
  { id: 'support-rota',     in: 'acme',   by: 'sam@partners.test', status: 'draft',     class: 'internal',     on: '2026-06-21', title: 'Support rota, July',
    body: 'Weeks 27 and 28: Sam in the morning, Maya in the afternoon.\n\nWeeks 29 and 30 are open. Please write your name beside a day rather than asking around.' },
  { id: 'pay-review',       in: 'acme',   by: 'noah@acme.test',    status: 'published', class: 'confidential', on: '2026-05-28', title: 'Pay review 2026',
    body: 'Bands move by 3.5 percent from August.\n\nThe list by name is kept by the administrators and not repeated here.' },
  { id: 'first-weeks',      in: 'acme',   by: 'vera@acme.test',    status: 'draft',     class: 'confidential', on: '2026-06-25', title: 'My first weeks',
    body: 'What confused me: two places called "Reports", and a button that says Submit but only saves.\n\nWhat was good: lunch on the first day, and that someone had tested my laptop.' },
  { id: 'office-move',      in: 'acme',   by: 'noah@acme.test',    status: 'archived',  class: 'internal',     on: '2025-11-03', title: 'Office move',
    body: 'The movers come on Friday at eight. Label your boxes on two sides.\n\nThe coffee machine moves last and is set up first.' },
  { id: 'launch-list',      in: 'globex', by: 'ines@globex.test',  status: 'published', class: 'internal',     on: '2026-06-28', title: 'Launch list',
    body: 'Two weeks before: translations frozen, help pages read by somebody who did not write them.\n\nOne week before: load test on a Tuesday, with the people who would be woken at night in the room.\n\nOn the day: one channel, one person who says go.' },
  { id: 'supplier-review',  in: 'globex', by: 'gus@globex.test',   status: 'published', class: 'confidential', on: '2026-06-05', title: 'Supplier review',
    body: 'Two of the five missed their dates twice. The contract with the second ends in October; we will not renew it without a penalty clause.' },
  { id: 'field-report',     in: 'globex', by: 'ines@globex.test',  status: 'draft',     class: 'internal',     on: '2026-07-01', title: 'Field report, Lyon',
    body: 'Eleven sites in three days. Nine of them use the old sensor, and seven did not know that a new one exists.' },
  { id: 'old-catalogue',    in: 'globex', by: 'gus@globex.test',   status: 'archived',  class: 'internal',     on: '2025-09-17', title: 'Catalogue 2025',
    body: 'Kept for the part numbers. Prices are not valid any more.' },
]

/** What the application knows when the demo starts. */
export const storeSeed: StoreSeed = {
  organizations: seedOrganizations,
  people: seedOrganizations.flatMap(({ members }) => members),
  documents: documents.map((document) => {
    const organization = find(seedOrganizations, ({ slug }) => slug === document.in)
    return {
      id: document.id,
      organization_id: organization.id,
      owner_id: find(organization.members, ({ email }) => email === document.by).id,
      title: document.title,
      body: document.body,
      status: document.status,
      classification: document.class,
      updated_at: `${document.on}T09:00:00.000Z`,
    }
  }),
}

/** The roles that a project needs for the example's policies. */
export const seedRoles: readonly { readonly role_id: string; readonly description: string }[] = [
  { role_id: 'viewer', description: 'Reads what is finished.' },
  { role_id: 'editor', description: 'Writes documents.' },
  { role_id: 'admin', description: 'Looks after an organization.' },
  { role_id: 'platform_admin', description: 'Keeps the service running, in the platform only.' },
]

function find<T>(entries: readonly T[], matches: (entry: T) => boolean): T {
  const entry = entries.find(matches)
  if (entry === undefined) throw new Error('the seed names somebody who does not exist')
  return entry
}
