/**
 * Whether to mirror those quirks of Cerbos that let people in or depend on chance. Without it:
 *
 * - a role policy denies what it does not list even where nothing else names the kind in its scope;
 * - the parents that a role policy gives its role hold for the policy's own version only;
 * - resource names and wildcards of role and principal policies also match a kind as it is written
 *   in the request (`album:object`), not only its sanitised form (`album_object`);
 * - rules of principal policies and conditions of derived roles read an empty
 *   `runtime.effectiveDerivedRoles`, never the list that the scope or action before them left behind;
 * - of two policies that give a scope different `scopePermissions` the stricter one holds;
 * - attributes are validated by the schemas of a resource in scopes too where only other resources
 *   have policies.
 */
export type Compat = 'cerbos' | 'none'
