// How a changeset becomes a line of CHANGELOG.md: its text as it stands, as the lines there have it, without hashes or names.
exports.getReleaseLine = async ({ summary }) => {
  const [first, ...rest] = summary.trim().split('\n')
  return [`- ${first}`, ...rest.map((line) => (line === '' ? line : `  ${line}`))].join('\n')
}

// There is one package, so no dependency of it is released with it.
exports.getDependencyReleaseLine = async () => ''
