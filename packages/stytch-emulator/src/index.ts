export { type Clock, fixedClock, systemClock } from './clock.ts'
export { defaultSeed } from './default-seed.ts'
export {
  createEmulator,
  type Emulator,
  EmulatorError,
  type EmulatorOptions,
  type ProjectCredentials,
  type StartedSession,
} from './emulator.ts'
export type { MagicLinkKind, MemberStatus, Message } from './entities.ts'
export type { Fault, Faults, RateLimit } from './faults.ts'
export { type Ids, randomIds, seededIds } from './ids.ts'
export { generateSigningKey, type SigningKey, type SignOptions } from './keys.ts'
export type { Permission, Policy, PolicyResource, PolicyRole, PolicyScope } from './rbac.ts'
export type { RequestRecord } from './request-log.ts'
export type {
  JwtSeed,
  MemberSeed,
  OrganizationSeed,
  PolicySeed,
  ProjectSeed,
  Seed,
} from './seed.ts'
export { type Position, SeedError, type SeedProblem } from './seed-error.ts'
export { readSeed } from './seed-fields.ts'
export { readSeedText, type SeedText } from './seed-text.ts'
export type { ProjectSnapshot, Snapshot } from './snapshot/snapshot.ts'
