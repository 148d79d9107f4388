'use strict';
// Rates over multiply-adds per byte, in several plots, so that the name of each point has room.
const parameter = (row, name) => (row.name.match(new RegExp(` ${name}=(\\S+)`)) || [])[1];
const decade = (value, round) => 10 ** round(Math.log10(value));
const intensity = row => row.multiplyAdds / row.bytes;
const ofRow = row => intensity(row) <= 16;
const NAME_HEIGHT = 10.5;

// What is in a plot together, and where the names begin: at so many multiply-adds per byte, or at a part of the width.
const GROUPS = [
  { name: 'Attention and large layers', has: row => row.multiplies && !isSmall(row), wide: true, columns: [
    { has: ofRow, at: 8 }, { has: row => !ofRow(row), at: 9 }] },
  { name: 'All other formats: gateup of a small layer', has: row => row.multiplies && isSmall(row) && row.op === 'gateup' },
  { name: 'All other formats: matmul of a small layer', has: row => row.multiplies && isSmall(row) && row.op !== 'gateup' },
  { name: 'Embeddings (elements in place of multiply-adds)', has: row => !row.multiplies && row.op === 'embed' },
  { name: 'What works on elements', has: row => !row.multiplies && row.op !== 'embed' },
];
const COLUMN = [{ has: () => true, part: 0.64 }];

// What tells a kernel from the others of its plot.
function nameOf(row) {
  const [, , lhs, rhs] = row.kernel.split('.');
  const format = parameter(row, 'format');
  return [
    row.op,
    // A parameter of a suite may be one that an op of it does not have.
    ...(format && row.kernel.includes(`.${format.toLowerCase()}.`) ? [lhs === 'bf16' && lhs === rhs && row.multiplies ? 'BF16·BF16' : format] : []),
    ...['headSize', 'k', 'rows', 'at', 'tile', ...(row.op === 'gate' ? ['activation'] : [])].flatMap(name => {
      const value = parameter(row, name);
      return value ? [({ rows: '× ', headSize: 'head ', k: 'k ' }[name] ?? '') + value] : [];
    }),
  ].join(' ');
}

const multiplyRates = () => Object.entries(report.ceilings).filter(([name]) => !name.startsWith('read'));

// The peaks as lines, with their names along them.
function ceilings(place, { low, high, bottom, highest }) {
  const across = widthOf(place) - GRID.left - GRID.right;
  const up = heightOf(place) - GRID.top - GRID.bottom;
  const angle = Math.atan2(up / Math.log10(highest / bottom), across / Math.log10(high / low));
  const lines = multiplyRates().filter(([, peak]) => peak <= highest);
  const top = Math.max(...lines.map(([, peak]) => peak), lines.length ? 0 : highest);
  const named = (from, to, at, text, rotate, below) => ({
    type: 'line', silent: true, symbol: 'circle', symbolSize: 0.1, lineStyle: { color: '#8b95a3', width: 1.2 },
    label: { show: true, position: 'inside', fontSize: 11, color: '#5b6675', rotate: rotate * 180 / Math.PI,
      offset: [(below ? 9 : -9) * Math.sin(rotate), (below ? 9 : -9) * Math.cos(rotate)],
      formatter: point => point.dataIndex === 1 ? text : '' },
    data: [from, at, to],
  });
  const reads = Object.entries(report.ceilings).filter(([name]) => name.startsWith('read')).sort((a, b) => b[1] - a[1]);
  return [
    ...lines.map(([name, peak]) =>
      named([low, peak], [high, peak], [low * (high / low) ** Math.max(0.11, 70 / across), peak], `${name} ${peak.toFixed(0)} GMAC/s`, 0, false)),
    // Two above their lines, the others below, so that those of caches that are nearly as fast are apart; memory's farther right, clear of points.
    ...reads.map(([name, peak], i) => {
      const first = Math.max(low, bottom / peak);
      const middle = first * (high / low) ** (i === reads.length - 1 ? 0.18 : 0.09);
      return named([first, first * peak], [top / peak, top], [middle, middle * peak], `${name} ${peak.toFixed(0)} GB/s`, angle, i > 1);
    }),
  ];
}

// Names that would lie over one another beside their points stand in columns, one below the other, in the order of the rates, with a line to each point.
function names(place, points, frame, columns) {
  const across = widthOf(place) - GRID.left - GRID.right;
  const step = Math.min(NAME_HEIGHT, (heightOf(place) - GRID.top - GRID.bottom) / (points.length + columns.length));
  let y = GRID.top;
  return new Map(columns.flatMap(column => {
    const part = column.part ?? Math.log10(column.at / frame.low) / Math.log10(frame.high / frame.low);
    y += step;
    return points.filter(column.has).sort((a, b) => b.macs - a.macs).map(row => {
      y += step;
      return [row, { x: GRID.left + across * part, y: y - step }];
    });
  }));
}

function roofline(place, group, points) {
  const frame = {
    // Names stand between few rows and many, or to the right of all.
    low: decade(group.wide ? Math.min(0.1, ...points.map(intensity)) : Math.min(...points.map(intensity)) / 1.5, Math.floor),
    high: decade(group.wide ? Math.max(1000, ...points.map(intensity)) : 10 * Math.max(...points.map(intensity)), Math.ceil),
    bottom: decade(Math.min(...points.map(row => row.macs)), Math.floor),
    highest: 1.3 * Math.max(...points.map(row => row.macs), ...(points[0].multiplies ? multiplyRates().map(([, peak]) => peak) : [])),
  };
  if (!group.wide) place.style.height = `${Math.max(320, GRID.top + GRID.bottom + NAME_HEIGHT * (points.length + 1))}px`;
  const ops = [...new Set(points.map(row => row.op))];
  plot(place, () => {
    const places = names(place, points, frame, group.columns ?? COLUMN);
    return {
      grid: GRID,
      legend: { show: Boolean(group.wide), data: ops, top: 0 },
      tooltip: { formatter: point => point.data.row
        ? `${encode(called(point.data.row))}<br>${point.value[1].toFixed(1)} ${point.data.row.multiplies ? 'GMAC/s' : '10⁹ elements/s'}, ${share(point.data.row)} of ${encode(point.data.row.limit)}` : '' },
      xAxis: { type: 'log', min: frame.low, max: frame.high, name: points[0].multiplies ? 'multiply-adds per byte' : 'elements per byte', nameLocation: 'middle', nameGap: 30 },
      yAxis: { type: 'log', name: points[0].multiplies ? 'GMAC/s' : '10⁹ elements/s', min: frame.bottom, max: frame.highest, axisLabel: { showMaxLabel: false } },
      series: [
        ...ceilings(place, frame),
        ...ops.map((op, i) => {
          const rows = points.filter(row => row.op === op);
          return {
            name: op, type: 'scatter', symbolSize: group.wide ? 9 : 5, itemStyle: { color: colors[i % colors.length], opacity: 0.85 }, z: 5,
            data: rows.map(row => ({ value: [intensity(row), row.macs], row,
              label: { show: true, fontSize: 9, color: '#1c2430', textBorderColor: '#fff', textBorderWidth: 2, formatter: nameOf(row) } })),
            labelLine: { show: true, lineStyle: { color: '#c9d0d9', width: 0.7 } },
            labelLayout: ({ dataIndex }) => ({ hideOverlap: false, verticalAlign: 'middle', align: 'left', ...places.get(rows[dataIndex]) }),
          };
        }),
      ],
    };
  });
}

function rooflines(place, rows) {
  const figures = engines.flatMap(engine => GROUPS.map(group => ({ engine, group, points: rows.filter(row => row.engine === engine && group.has(row)) })))
    .filter(({ points }) => points.length);
  // All of them are there before the first is drawn, since how wide one is depends on the others.
  for (const shown of figures) {
    const name = hasEngines ? `${shown.group.name}, ${shown.engine}` : shown.group.name;
    const figure = element('figure', '', shown.group.wide ? 'wide' : '');
    shown.place = element('div', '', 'plot');
    shown.place.setAttribute('role', 'img');
    shown.place.setAttribute('aria-label', `Roofline plot: ${name}`);
    figure.append(element('figcaption', name), shown.place);
    place.append(figure);
  }
  figures.forEach(({ place: drawn, group, points }) => roofline(drawn, group, points));
}
