import { atEach, describeSpan, explaining, type Rule } from '../rule.ts';

export const cycles: Rule = {
  id: 'cycles',
  finding: 'Spans are their own ancestors. Each cycle was cut at its earliest span.',
  cause:
    'Two spans have one id, or something rewrote parent ids after the spans were made: a ' +
    'converter, a merge of files, or a processor of the collector.',
  fix: 'Compare the parent ids with those that the programs export, and correct what changes them.',
  look: atEach((request) =>
    request.cutCycles.map((node) =>
      explaining(
        request,
        () =>
          `${describeSpan(node)} names ${node.span.parentSpanId} as its parent, which is below it`,
      ),
    ),
  ),
};
