import { atHost, type Verdict } from '../verdict.ts'

export const featureWithoutPrivateLink: Verdict<'FEATURE_WITHOUT_PRIVATE_LINK', 'feature' | 'what'> = {
  code: 'FEATURE_WITHOUT_PRIVATE_LINK',
  severity: 'info',
  find: ({ context: { privateLink, withoutPrivateLink } }) =>
    privateLink.isUsed ? withoutPrivateLink.map(({ feature, what }) => atHost({ feature, what })) : [],
  say: ({ facts }) => ({
    what: `${facts.what} (${facts.feature}) does not work with Private Link, so its endpoints do not count`,
    fix: 'Nothing, or connect the cluster without Private Link.',
  }),
  title: 'a feature does not work with Private Link',
  means: "Microsoft's page lists it as a limitation, so its endpoints are not needed.",
}
