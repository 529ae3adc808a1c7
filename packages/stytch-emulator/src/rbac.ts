/** What a project's roles may do. */
export interface Policy {
  readonly roles: readonly PolicyRole[]
  readonly resources: readonly PolicyResource[]
  readonly scopes: readonly PolicyScope[]
}

/** A role and what it may do. */
export interface PolicyRole {
  readonly role_id: string
  readonly description: string
  readonly permissions: readonly Permission[]
}

/** A kind of resource and the actions it knows. */
export interface PolicyResource {
  readonly resource_id: string
  readonly description: string
  readonly actions: readonly string[]
}

/** An OAuth scope and what it grants. */
export interface PolicyScope {
  readonly scope: string
  readonly description: string
  readonly permissions: readonly Permission[]
}

/** Actions on one kind of resource; `*` stands for every action. */
export interface Permission {
  readonly resource_id: string
  readonly actions: readonly string[]
}

/** The role that every member has. */
export const memberRole = 'stytch_member'
/** The role that every user of a consumer project has. */
export const userRole = 'stytch_user'
/** The role of whoever creates an organization through discovery. */
export const adminRole = 'stytch_admin'

/**
 * The held roles that grant an action. The only wildcard is an action of exactly `*`.
 * @see https://stytch.com/docs/b2b/guides/rbac/overview
 */
export function grantingRoles(
  roles: readonly PolicyRole[],
  held: readonly string[],
  resourceId: string,
  action: string,
): string[] {
  const grants = (permission: Permission): boolean =>
    permission.resource_id === resourceId &&
    (permission.actions.includes(action) || permission.actions.includes('*'))
  const granting = roles.filter(
    (role) => held.includes(role.role_id) && role.permissions.some(grants),
  )
  return [...new Set(granting.map((role) => role.role_id))]
}

/** Stytch's own roles and resources with those of a project beside them; a `stytch_*` role gains permissions. */
export function withDefaultPolicy(policy: Policy): Policy {
  const addedTo = (role: PolicyRole): readonly Permission[] =>
    policy.roles
      .filter((other) => other.role_id === role.role_id)
      .flatMap((other) => other.permissions)
  const isCustom = (role: PolicyRole): boolean =>
    !defaultPolicy.roles.some((known) => known.role_id === role.role_id)
  return {
    roles: [
      ...defaultPolicy.roles.map((role) => ({
        ...role,
        permissions: [...role.permissions, ...addedTo(role)],
      })),
      ...policy.roles.filter(isCustom),
    ],
    resources: [...defaultPolicy.resources, ...policy.resources],
    scopes: [...defaultPolicy.scopes, ...policy.scopes],
  }
}

/** The policy of a consumer project: the custom part, and the role that every user has. */
export function consumerPolicy(policy: Policy): Policy {
  const isCustom = (id: string): boolean => !id.startsWith('stytch')
  return {
    roles: [
      {
        role_id: userRole,
        description: 'Granted to all Users upon creation. Cannot be deleted.',
        permissions: [],
      },
      ...policy.roles.filter((role) => isCustom(role.role_id)),
    ],
    resources: policy.resources.filter((resource) => isCustom(resource.resource_id)),
    scopes: policy.scopes,
  }
}

/** The policy of a new B2B project. */
const defaultPolicy: Policy = {
  roles: [
    {
      role_id: memberRole,
      description:
        'Granted to all Members upon creation; grants permissions already implicitly granted to logged in Members via the SDK. Cannot be deleted.',
      permissions: [{ resource_id: 'stytch.self', actions: ['*'] }],
    },
    {
      role_id: adminRole,
      description:
        'Granted to Members who create an organization through the Stytch discovery flow. Admins will also have the stytch_member role. Cannot be deleted.',
      permissions: ['stytch.organization', 'stytch.member', 'stytch.sso', 'stytch.scim'].map(
        (resource_id) => ({ resource_id, actions: ['*'] }),
      ),
    },
  ],
  resources: [
    {
      resource_id: 'stytch.organization',
      description: 'The Organization of the Member.',
      actions: [
        'update.info.name',
        'update.info.slug',
        'update.info.logo-url',
        'update.settings.allowed-auth-methods',
        'update.settings.allowed-mfa-methods',
        'update.settings.email-jit-provisioning',
        'update.settings.email-invites',
        'update.settings.allowed-domains',
        'update.settings.default-sso-connection',
        'update.settings.sso-jit-provisioning',
        'update.settings.mfa-policy',
        'update.settings.implicit-roles',
        'update.settings.oauth-tenant-jit-provisioning',
        'update.settings.allowed-oauth-tenants',
        'delete',
      ],
    },
    {
      resource_id: 'stytch.member',
      description: 'The Members of the Organization.',
      actions: [
        'create',
        'update.info.name',
        'update.info.email',
        'update.info.untrusted-metadata',
        'update.info.mfa-phone',
        'update.info.delete.mfa-phone',
        'update.info.delete.mfa-totp',
        'update.info.delete.password',
        'update.info.unlink.retired-email',
        'update.settings.is-breakglass',
        'update.settings.mfa-enrolled',
        'update.settings.default-mfa-method',
        'update.settings.roles',
        'get.connected-apps',
        'revoke.connected-app',
        'search',
        'delete',
        'revoke-sessions',
      ],
    },
    {
      resource_id: 'stytch.self',
      description: 'The Member that is signed in.',
      actions: [
        'update.info.name',
        'update.info.email',
        'update.info.untrusted-metadata',
        'update.info.mfa-phone',
        'update.info.delete.mfa-phone',
        'update.info.delete.password',
        'update.info.delete.mfa-totp',
        'update.info.unlink.retired-email',
        'update.settings.mfa-enrolled',
        'update.settings.default-mfa-method',
        'get.connected-apps',
        'revoke.connected-app',
        'delete',
        'revoke-sessions',
      ],
    },
    {
      resource_id: 'stytch.sso',
      description: 'The SSO connections of the Organization.',
      actions: ['create', 'get', 'update', 'delete'],
    },
    {
      resource_id: 'stytch.scim',
      description: 'The SCIM connections of the Organization.',
      actions: ['create', 'get', 'update', 'delete'],
    },
  ],
  scopes: [],
}
