import type { Change } from '../../model/change.ts'
import { listText } from '../../text/list-text.ts'
import { sharedItems } from '../text/items-text.ts'
import { sharedOptions, valueText } from '../text/options-text.ts'

// Shared by Markdown and HTML, which escape this plain text.

const MOST_TARGETS = 3

export const OPTION_HEAD = ['target', 'option', 'before', 'after'] as const

/** One row of cells for each changed option, equal ones of several targets once. */
export const optionRows = ({ targets }: Change): [string, string, string, string][] =>
  sharedOptions(targets).flatMap(({ targets, options }) =>
    options.map(({ name, before, after }): [string, string, string, string] => [
      listText(targets, MOST_TARGETS),
      name,
      valueText(before),
      valueText(after),
    ]),
  )

export const ITEM_HEAD = ['target', 'on the device'] as const

/** One row of cells for what changes on devices besides their traffic, equal changes of several targets once. */
export const itemRows = ({ targets }: Change): [string, string][] =>
  sharedItems(targets).flatMap(({ targets, lines }) =>
    lines.map((line): [string, string] => [listText(targets, MOST_TARGETS), line]),
  )
