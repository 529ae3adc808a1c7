/**
 * The property of an activation that holds the instant `now()` answers with, a `Timestamp`. No
 * variable can have this name.
 */
export const NOW = '@now'
