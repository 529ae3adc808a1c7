export { type RbacDrift, rbacDrift } from './drift.ts'
export { type FetchOptions, fetchRbacPolicy, type RbacClient } from './fetch.ts'
export {
  type ImportedFile,
  type ImportNote,
  type ImportOptions,
  importedMarker,
  importRbac,
  type RbacImport,
} from './import.ts'
export { rbacRoles } from './names.ts'
export {
  type RbacOrganization,
  type RbacPermission,
  type RbacPolicy,
  type RbacResource,
  type RbacRole,
  type RbacScope,
  readRbacPolicy,
} from './rbac-policy.ts'
