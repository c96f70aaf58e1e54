/**
 * What BigQuery is asked, in GoogleSQL, of the view that Cloud Trace's linked dataset has:
 * https://docs.cloud.google.com/trace/docs/reference/trace-schema
 *
 * Everything but the view's name and the number of labels is a parameter. `start_time` is compared
 * with parameters alone, so that BigQuery reads only the days of the window.
 */

/** Attributes of the span and of its resource are in two columns. */
const labelAt = (path: string) =>
  `COALESCE(JSON_VALUE(attributes, ${path}), JSON_VALUE(resource.attributes, ${path}))`;

/** By the status of the span, or what the old and the new conventions set where a call failed. */
const FAILED = `(
    COALESCE(CAST(status.code AS STRING) IN ('2', 'STATUS_CODE_ERROR'), FALSE)
    OR ${labelAt(`'$."error.type"'`)} IS NOT NULL
    OR COALESCE(STARTS_WITH(${labelAt(`'$."http.response.status_code"'`)}, '5'), FALSE)
    OR COALESCE(STARTS_WITH(${labelAt(`'$."http.status_code"'`)}, '5'), FALSE)
  )`;

/** Some span has the label, another may have the next one. */
const havingLabels = (labels: number): string =>
  Array.from({ length: labels }, (_, index) => {
    const label = labelAt(`@label_path_${index}`);
    return `
  ${index === 0 ? 'HAVING' : '  AND'} LOGICAL_OR(
    STARTS_WITH(${label}, @label_value_${index})
    AND (@label_prefix_${index} OR ${label} = @label_value_${index})
  )`;
  }).join('');

/** The traces that begin in the window and have every label asked for. */
const traces = (view: string, labels: number) => `WITH begun AS (
  SELECT trace_id, MIN(start_time) AS began
  FROM \`${view}\`
  WHERE start_time >= @read_since AND start_time < @read_until
  GROUP BY trace_id${havingLabels(labels)}
), kept AS (
  SELECT trace_id
  FROM begun
  WHERE began >= @since AND began < @until
)`;

/** Those of them that begin in a minute that is read, and the first ones of the rest that failed. */
const chosenTraces = (view: string, labels: number) => `WITH begun AS (
  SELECT trace_id, MIN(start_time) AS began, LOGICAL_OR${FAILED} AS failed
  FROM \`${view}\`
  WHERE start_time >= @read_since AND start_time < @read_until
  GROUP BY trace_id${havingLabels(labels)}
), placed AS (
  SELECT trace_id, began, failed,
    @every_minute OR DIV(UNIX_SECONDS(began), 60) IN UNNEST(@minutes) AS in_sample
  FROM begun
  WHERE began >= @since AND began < @until
), kept AS (
  SELECT trace_id
  FROM placed
  WHERE in_sample OR failed
  QUALIFY in_sample
    OR ROW_NUMBER() OVER (PARTITION BY in_sample ORDER BY began, trace_id) <= @most_failed
)`;

/** How many spans, errors, roots and orphans by service and name, and how long they took. */
export const totalsStatement = (view: string, labels: number): string => `${traces(view, labels)},
spans AS (
  SELECT trace_id, span_id, parent_span_id, name, duration_nano,
    ${labelAt(`'$."service.name"'`)} AS service,
    ${FAILED} AS failed
  FROM \`${view}\`
  WHERE start_time >= @read_since AND start_time < @read_until
    AND trace_id IN (SELECT trace_id FROM kept)
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY trace_id, span_id ORDER BY start_time, duration_nano
  ) = 1
), parents AS (
  SELECT trace_id, span_id AS parent_id
  FROM spans
)
SELECT
  COALESCE(service, '') AS service,
  name,
  COUNT(*) AS spans,
  COUNTIF(failed) AS errors,
  COUNTIF(COALESCE(parent_span_id, '') = '') AS roots,
  COUNTIF(COALESCE(parent_span_id, '') != '' AND parent_id IS NULL) AS orphans,
  APPROX_QUANTILES(duration_nano, 100)[OFFSET(50)] AS p50_nanos,
  APPROX_QUANTILES(duration_nano, 100)[OFFSET(95)] AS p95_nanos,
  APPROX_QUANTILES(duration_nano, 100)[OFFSET(99)] AS p99_nanos
FROM spans
LEFT JOIN parents ON parents.trace_id = spans.trace_id AND parents.parent_id = spans.parent_span_id
GROUP BY service, name
ORDER BY spans DESC, service, name`;

/** Every span of a trace in one row, as it is stored: copies too. */
const SPANS_OF_A_TRACE = `ARRAY_AGG(STRUCT(
    span_id,
    parent_span_id,
    name,
    CAST(kind AS STRING) AS kind,
    CAST(UNIX_MICROS(start_time) AS STRING) AS start_micros,
    CAST(duration_nano AS STRING) AS duration_nanos,
    TO_JSON_STRING(attributes) AS attributes,
    TO_JSON_STRING(resource.attributes) AS resource_attributes,
    CAST(status.code AS STRING) AS status_code,
    status.message AS status_message
  )) AS spans`;

/** The spans of the traces that are chosen. */
export const spansStatement = (
  view: string,
  labels: number,
): string => `${chosenTraces(view, labels)}
SELECT
  trace_id,
  ${SPANS_OF_A_TRACE}
FROM \`${view}\`
WHERE start_time >= @read_since AND start_time < @read_until
  AND trace_id IN (SELECT trace_id FROM kept)
GROUP BY trace_id`;

/** The spans of the traces that are named. */
export const namedStatement = (view: string): string => `SELECT
  trace_id,
  ${SPANS_OF_A_TRACE}
FROM \`${view}\`
WHERE start_time >= @read_since AND start_time < @read_until
  AND trace_id IN UNNEST(@trace_ids)
GROUP BY trace_id`;
