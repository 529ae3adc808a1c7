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
export type { Fault, Faults } from './faults.ts'
export { type Ids, randomIds, seededIds } from './ids.ts'
export { generateSigningKey, type SigningKey, type SignOptions } from './keys.ts'
export type { Permission, Policy, PolicyResource, PolicyRole, PolicyScope } from './rbac.ts'
export {
  type JwtSeed,
  type MemberSeed,
  type OrganizationSeed,
  type ProjectSeed,
  type Seed,
  SeedError,
} from './seed.ts'
