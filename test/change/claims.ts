import { entriesOf, type Files } from './files.ts'
import * as oracle from './oracle.ts'
import type { Pair, Target } from './pairs.ts'
import { namesOf } from './see.ts'
import { type AllFiles, commas, isNamed, olderOf, type Seen } from './seen.ts'
import { rowsOf } from './texts.ts'

/** `kind` and `before` of every target. */
export function kinds({ before, after, change, unknown }: Seen, { before: { policy } }: Pair): string[] {
  const told = new Map(change.byTarget.map((one) => [one.target, one]))
  const own = [...after].flatMap(([name, { target, files }]) => {
    const older = olderOf(before, name, target)
    const isOld = older !== undefined && Object.keys(older.files).length > 0
    const hasPieces = change.pieces.some(({ targets }) => targets.includes(name))
    const isSame = isOld && JSON.stringify(older.files) === JSON.stringify(files)
    const kind = !isOld ? 'new' : hasPieces ? 'traffic' : isSame ? 'same' : 'bytes'
    const got = told.get(name)
    const source = isOld ? (unknown.has(name) ? 'files' : 'lock') : 'none'
    return [
      ...(got?.kind === kind ? [] : [`${name} is ${got?.kind}, expected ${kind}`]),
      ...(got?.comparedWith === source ? [] : [`${name} is compared with ${got?.comparedWith}`]),
    ]
  })
  const gone = namesOf(policy).filter(
    ([name, target]) => !after.has(name) && ![...after.values()].some(({ target: { out } }) => out === target.out),
  )
  const isLost = unknown.size === before.size
  const goneTold = change.byTarget.filter(({ kind }) => kind === 'gone').map(({ target }) => target)
  const wanted = isLost ? [] : gone.map(([name]) => name)
  return [
    ...own,
    ...(JSON.stringify(goneTold.sort()) === JSON.stringify(wanted.sort())
      ? []
      : [`gone: ${goneTold}, expected ${wanted}`]),
  ]
}

/** Whether every text names the files that were edited by hand. */
export function edits({ change, edited, terminal, title }: Seen): string[] {
  const told = change.byTarget.flatMap((one) => one.edited)
  const [first] = terminal.split('\n')
  return [
    ...(told.join() === edited.join() ? [] : [`edited are ${told}, expected ${edited}`]),
    ...edited.flatMap((path) =>
      [first, title].every((line) => line?.includes(`${path} is not what tagwall writes`))
        ? []
        : [`${first} does not name ${path}`],
    ),
  ]
}

/** Whether every text names each option that differs, with its newer value. */
export function options({ before, after, change, body, terminal, title, runbooks }: Seen): string[] {
  return [...after].flatMap(([name, { target }]) => {
    const told = change.byTarget.find((one) => one.target === name)
    const older = olderOf(before, name, target)?.target
    const [was, is] = [
      { ...older?.options, family: older?.family },
      { ...target.options, family: target.family },
    ]
    const names = Object.keys({ ...was, ...is }).filter((key) => was[key as 'family'] !== is[key as 'family'])
    const isKnown = told !== undefined && told.kind !== 'new' && told.comparedWith === 'lock'
    const got = (told?.optionChanges ?? []).map((one) => one.name)
    const wrong = isKnown && got.sort().join() !== names.sort().join() ? [`options of ${name} are ${got}`] : []
    const rows = rowsOf(body, '| target | option |')
    const silent = (told?.optionChanges ?? []).flatMap((one) => {
      const [from, to] = [one.was, one.is].map((value) => (value === null ? 'none' : JSON.stringify(value)))
      const sentence = `${one.name} ${from} -> ${to}`
      const runbook = runbooks.get(name)
      return [
        ...(terminal.split('\n')[0]?.includes(sentence) ? [] : [`the terminal does not say ${sentence}`]),
        ...(title.includes(sentence) || title.includes('…') ? [] : [`the title does not say ${sentence}`]),
        ...(rows.some((cells) => cells[1] === one.name && cells[3] === JSON.stringify(one.is))
          ? []
          : [`the body does not say ${sentence}`]),
        ...(runbook === undefined || rowsOf(runbook, '| option |').some((cells) => cells[0] === one.name)
          ? []
          : [`the runbook of ${name} does not say ${sentence}`]),
      ]
    })
    return [...wrong, ...silent]
  })
}

/** Whether targets of which only the device changes are told by their items, in every text, and whether others claim nothing of it. */
export function items({ before, after, change, body, terminal, title, runbooks }: Seen): string[] {
  const rows = rowsOf(body, '| target | on the device |').map(([, line]) => line)
  return change.byTarget.flatMap(({ target, kind, items, optionChanges }) => {
    const held = after.get(target)
    const older = held && olderOf(before, target, held.target)
    if (kind !== 'bytes' || !held || !older || !isNamed(held.target)) return []
    const names = (files: Files) => entriesOf(held.target.vendor, files).map(({ name }) => name)
    const [old, young] = [names(older.files), names(held.files)]
    const missing = [
      ...young.filter((name) => !old.includes(name)),
      ...old.filter((name) => !young.includes(name)),
    ].filter((name) => items !== null && !items.some((item) => item.kind === 'rule' && item.name === name))
    const rules = (items ?? []).filter((item) => item.kind === 'rule' && item.how !== 'changed')
    const silent = rules.slice(0, 1).flatMap(({ name }) => {
      const texts: [string, string | undefined][] = [
        ['terminal', terminal.split('\non the device').slice(1).join()],
        ['body', rows.join('\n')],
        ['runbook', runbooks.get(target)],
      ]
      return texts
        .filter(([, text]) => text !== undefined && !text.includes(name))
        .map(([where]) => `${where} lacks ${name}`)
    })
    const isQuiet = [terminal.split('\n')[0], title].some((line) => /same (?:rules|traffic)/.test(line ?? ''))
    const wrong = rules.length + optionChanges.length > 0 && change.byTarget.length === 1 && isQuiet
    return [
      ...missing.map((name) => `the items of ${target} lack ${name}`),
      ...silent,
      ...(wrong ? ['the first line says that rules are the same'] : []),
    ]
  })
}

/** Whether the counts of lines, and of unchanged rules, are true. */
export function claims({ before, after, body, change }: Seen): string[] {
  const counts = rowsOf(body, '| target | file | lines |')
  const lines = [...after].flatMap(([name, { target, files }]) =>
    Object.entries(files).flatMap(([path, text]) => {
      const row = counts.find(([, file]) => file === path)
      if (!row) return []
      const old = olderOf(before, name, target)?.files[path]
      const want = lineText(old, text)
      return row[2] === want ? [] : [`${path} has "${row[2]}", expected "${want}"`]
    }),
  )
  const changed = changedRules(before, after)
  const named = change.pieces.flatMap((piece) => [piece.opens ? piece.to : piece.from, piece.opens ? null : piece.to])
  const known = new Set([...changed, ...named.map((name) => name?.replace(/-in$/, ''))])
  const all = new Set([...before.values(), ...after.values()].flatMap(({ target, files }) => namesIn(target, files)))
  const most = [...all].filter((name) => !known.has(name)).length
  const said = Number(/^([\d,]+) rules? (?:is|are) unchanged\.$/m.exec(body)?.[1] ?? 0)
  return [
    ...lines,
    ...(said > most ? [`${said} rules are unchanged, expected at most ${most}: not ${[...known]}`] : []),
  ]
}

const namesIn = (target: Target, files: Files) =>
  isNamed(target) && Object.keys(files).length > 0
    ? entriesOf(target.vendor, files).map(({ name }) => name.replace(/-in$/, ''))
    : []

/** Rules of which a file with names has other boxes than before. */
function changedRules(before: AllFiles, after: AllFiles): string[] {
  const names = [...after].flatMap(([name, { target, files }]) => {
    const older = olderOf(before, name, target)
    if (!older || !isNamed(target) || Object.keys(older.files).length === 0) return []
    const [old, young] = [entriesOf(older.target.vendor, older.files), entriesOf(target.vendor, files)]
    const all = new Set([...old, ...young].map((entry) => entry.name))
    return [...all].filter((rule) => {
      const own = (entries: readonly oracle.Entry[]) => entries.filter((entry) => entry.name === rule)
      const points = oracle.pointsOf([...own(old), ...own(young)])
      const boxes = (entries: readonly oracle.Entry[], at: oracle.Point) =>
        oracle.textOf(entries.filter((entry) => oracle.meets(entry, at)).flatMap(({ remote }) => remote))
      const isDeny = (entries: readonly oracle.Entry[]) => entries.some(({ allows }) => !allows)
      return (
        isDeny(own(old)) !== isDeny(own(young)) || points.some((at) => boxes(own(old), at) !== boxes(own(young), at))
      )
    })
  })
  return [...new Set(names.map((name) => name.replace(/-in$/, '')))]
}

function lineText(old: string | undefined, young: string): string {
  const split = (text: string) => text.split('\n').slice(0, -1)
  const all = `${commas(String(split(young).length))} line${split(young).length === 1 ? '' : 's'}`
  if (old === undefined) return `${all}, new`
  const [lines, others] = [split(young), split(old)]
  // The longest common subsequence of lines.
  const lengths = others.reduce<number[]>(
    (above, line) => {
      const own = [0]
      for (const [index, other] of lines.entries())
        own.push(
          line === other ? (above[index] as number) + 1 : Math.max(own[index] as number, above[index + 1] as number),
        )
      return own
    },
    Array.from({ length: lines.length + 1 }, () => 0),
  )
  const kept = lengths.at(-1) as number
  if (lines.length === kept && others.length === kept) return 'unchanged'
  return `+${lines.length - kept} −${others.length - kept} lines, ${commas(String(lines.length))} in all`
}
