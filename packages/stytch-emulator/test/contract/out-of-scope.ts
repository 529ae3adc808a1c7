/** Parts of the SDK that a local Stytch does not imitate, and why. */
export const outOfScope: Readonly<Record<string, string>> = {
  'debug.': 'tells Stytch’s support who calls',
  'fraud.': 'judges devices and addresses by data that only Stytch has',
  'project.metrics': 'counts for Stytch’s bill',
  'cryptoWallets.': 'proof by wallets, which the emulator does not imitate',
  'users.deleteCryptoWallet': 'proof by wallets, which the emulator does not imitate',
  'users.deleteBiometricRegistration': 'made by Stytch’s mobile SDKs only',
}

/** Why a method is out of scope, if it is. */
export function reasonOf(path: string): string | undefined {
  const prefix = Object.keys(outOfScope).find(
    (one) => path === one || (one.endsWith('.') && path.startsWith(one)),
  )
  return prefix === undefined ? undefined : outOfScope[prefix]
}
