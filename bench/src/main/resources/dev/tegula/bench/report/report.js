'use strict';
const report = JSON.parse(document.getElementById('data').textContent);
const median = values => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const spread = values => ({ middle: median(values), least: Math.min(...values), most: Math.max(...values) });
const over = (ours, others) => spread(ours.map((rate, i) => rate / others[i]));
const percent = value => (100 * value).toFixed(0) + ' %';
const times = value => value.toFixed(2);
const range = ({ least, most }, text) => `${text(least)} to ${text(most)}`;
const disturbed = row => row.disturbed ? `${row.disturbed} of ${row.rates.length}` : '';
// Tooltips are HTML.
const encode = text => echarts.format.encodeHTML(text);
const element = (name, text, className) => {
  const node = document.createElement(name);
  node.textContent = text;
  if (className) node.className = className;
  return node;
};

const kernels = report.rows.map(row => {
  const counts = row.unit === 'GMAC/s';
  const rate = median(row.rates);
  return {
    ...row,
    share: over(row.rates, row.peaks),
    macs: counts ? rate : rate * row.multiplyAdds / row.bytes,
    bandwidth: counts ? rate * row.bytes / row.multiplyAdds : rate,
    nanos: (counts ? row.multiplyAdds : row.bytes) / rate,
  };
});
const peers = report.peers.map(row => ({ ...row, ratio: over(row.rates, row.theirs) }));
const models = report.models.map(row => ({ ...row, share: over(row.rates, row.allowed), speed: spread(row.rates) }));
const starts = report.starts;
const tokens = value => value.toFixed(value < 100 ? 1 : 0);
const seconds = value => value.toFixed(2) + ' s';

function head() {
  document.getElementById('summary').textContent =
    `${kernels.length} kernels, median share ${kernels.length ? percent(median(kernels.map(row => row.share.middle))) : 'unknown'}, `
    + `measured ${report.date}` + (report.commit ? `, commit ${report.commit}` : '');
  for (const [term, text] of [
    ['CPU', `${report.machine.cpu}, ${report.machine.threads} CPUs`],
    ['System', report.machine.system],
    ['JVM', report.machine.jvm],
    ['Options', report.options.join(' ') || 'none'],
    ['Limits', Object.entries(report.ceilings).map(([name, value]) =>
      `${name} ${value.toFixed(1)} ${name.startsWith('read') ? 'GB/s' : 'GMAC/s'}`).sort().join(', ')],
  ]) {
    document.getElementById('machine').append(element('dt', term), element('dd', text));
  }
  if (report.missing.length) {
    const list = document.createElement('ul');
    list.append(...report.missing.map(line => element('li', line)));
    document.getElementById('missing').append(element('h2', 'What is missing'), list);
  }
}

function plot(place, options) {
  echarts.init(place, null, { renderer: 'svg' }).setOption({ animation: false, ...options });
}

function roofline() {
  const points = kernels.filter(row => row.multiplies);
  const place = document.getElementById('roofline');
  if (!points.length) {
    place.replaceWith(element('p', 'No row of this report multiplies matrices.', 'soft'));
    return;
  }
  const decade = (value, round) => 10 ** round(Math.log10(value));
  const low = decade(Math.min(0.1, ...points.map(row => row.multiplyAdds / row.bytes)), Math.floor);
  const high = decade(Math.max(10000, ...points.map(row => row.multiplyAdds / row.bytes)), Math.ceil);
  const bottom = decade(Math.min(1, ...points.map(row => row.macs)), Math.floor);
  const multiply = Object.entries(report.ceilings).filter(([name]) => !name.startsWith('read'));
  const top = Math.max(...multiply.map(([, value]) => value));
  // Where on their slopes names stand: apart from one another.
  const spot = name => low * { 'read l1': 1.6, 'read l2': 1.3, 'read l3': 1.5, 'read dram': 1.5 }[name];
  const lines = [
    ...multiply.map(([name, peak]) => ({ name: `${name} ${peak.toFixed(0)} GMAC/s`, data: [[low, peak], [high / 30, peak], [high, peak]], labelled: 1, at: [-60, -16] })),
    ...Object.entries(report.ceilings).filter(([name]) => name.startsWith('read')).map(([name, peak]) =>
      ({ name: `${name} ${peak.toFixed(0)} GB/s`, data: [[low, low * peak], [spot(name), spot(name) * peak], [top / peak, top]], labelled: 1, at: 'right' })),
  ];
  const engines = [...new Set(points.map(row => row.engine))];
  const label = row => row.op + ' ' + ['format', 'rows', 'at', 'headSize'].map(key => (row.name.match(new RegExp(' ' + key + '=(\\S+)')) || [])[1])
    .filter(Boolean).join(' ');
  const isSmall = row => row.name.startsWith('Format ');
  plot(place, {
    grid: { left: 60, right: 20, top: 40, bottom: 50 },
    legend: { data: engines, top: 0 },
    tooltip: { formatter: point => point.data.row
      ? `${encode(point.data.row.name)}<br>${encode(point.data.row.engine)}: ${point.value[1].toFixed(1)} GMAC/s, ${percent(point.data.row.share.middle)} of ${encode(point.data.row.limit)}` : '' },
    xAxis: { type: 'log', min: low, max: high, name: 'multiply-adds per byte', nameLocation: 'middle', nameGap: 30 },
    yAxis: { type: 'log', name: 'GMAC/s', min: bottom, max: decade(Math.max(top, ...points.map(row => row.macs)), Math.ceil) },
    series: [
      ...lines.map(line => ({
        type: 'line', silent: true, clip: true, symbol: 'circle', symbolSize: 0.1, lineStyle: { color: '#8b95a3', width: 1.2 },
        label: { show: true, position: line.at, fontSize: 11, color: '#5b6675', formatter: point => point.dataIndex === line.labelled ? line.name : '' },
        data: line.data,
      })),
      ...engines.map(engine => ({
        name: engine, type: 'scatter', symbolSize: (value, point) => isSmall(point.data.row) ? 4 : 9,
        data: points.filter(row => row.engine === engine).map(row => ({ value: [row.multiplyAdds / row.bytes, row.macs], row })),
        label: { show: true, position: 'right', fontSize: 9, color: '#3a4656', formatter: point => isSmall(point.data.row) ? '' : label(point.data.row) },
        // Formats of which there is one small layer lie close together: their names are in the tooltips and in the table.
        labelLayout: { hideOverlap: true, moveOverlap: 'shiftY' },
      })),
    ],
  });
}

// A bar to the middle of each row's rounds, and a line over it from the least to the most.
function bars(place, rows, { name, of, text, least, mark }) {
  place.style.height = 60 + 17 * rows.length + 'px';
  plot(place, {
    grid: { left: 40, right: 10, top: 30, bottom: 10, containLabel: true },
    tooltip: { formatter: point => `${encode(name(rows[point.dataIndex]))}<br>${text(of(rows[point.dataIndex]).middle)}` },
    xAxis: { type: 'value', min: 0, max: Math.max(least, ...rows.map(row => Math.min(of(row).most, 1.5 * Math.max(least, of(row).middle)))),
      position: 'top', axisLabel: { formatter: text } },
    yAxis: [rows.map(name), rows.map(row => text(of(row).middle))].map(texts =>
      ({ type: 'category', inverse: true, data: texts, axisLabel: { fontSize: 10, interval: 0 }, axisTick: { show: false } })),
    series: [
      { type: 'bar', data: rows.map(row => of(row).middle), barWidth: 9, itemStyle: { color: '#1f5fa8' },
        markLine: mark === undefined ? undefined : { silent: true, symbol: 'none', animation: false, lineStyle: { color: '#b3541e', type: 'solid' },
          label: { show: false }, data: [{ xAxis: mark }] } },
      { type: 'custom', silent: true, clip: true, data: rows.map((row, i) => [i, of(row).least, of(row).most]),
        renderItem: (params, api) => {
          const from = api.coord([api.value(1), api.value(0)]), to = api.coord([api.value(2), api.value(0)]);
          return { type: 'line', shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: '#1c2430', lineWidth: 1.5 } };
        }, encode: { x: [1, 2], y: 0 } },
    ],
  });
}

// What decoding gives after so many positions, with its range, and what the limit would let through.
function decoding(place, rows) {
  const names = [...new Set(rows.map(row => row.model))];
  const colors = ['#1f5fa8', '#b3541e', '#3d7d3a', '#7a4a9e', '#8a6d1d'];
  const points = name => rows.filter(row => row.model === name).sort((a, b) => a.context - b.context);
  plot(place, {
    color: colors,
    grid: { left: 60, right: 20, top: 40, bottom: 50 },
    legend: { data: names.flatMap(name => [name, `${name}: limit`]), top: 0 },
    tooltip: { formatter: point => point.data.row
      ? `${encode(point.data.row.name)}<br>${tokens(point.data.row.speed.middle)} tokens/s, ${percent(point.data.row.share.middle)} of ${encode(point.data.row.limit)}` : '' },
    xAxis: { type: 'value', name: 'positions in the cache', nameLocation: 'middle', nameGap: 30, min: 0 },
    yAxis: { type: 'value', name: 'tokens/s', min: 0 },
    series: names.flatMap((name, i) => {
      const color = colors[i % colors.length];
      return [
        { name, type: 'line', symbol: 'circle', symbolSize: 7, lineStyle: { width: 2, color }, itemStyle: { color },
          label: { show: true, position: 'bottom', fontSize: 11, formatter: point => tokens(point.value[1]) },
          data: points(name).map(row => ({ value: [row.context, row.speed.middle], row })) },
        { name: `${name}: limit`, type: 'line', symbol: 'none', lineStyle: { width: 1.5, type: 'dashed', color }, itemStyle: { color },
          data: points(name).map(row => [row.context, median(row.allowed)]) },
        { type: 'custom', silent: true, data: points(name).map(row => [row.context, row.speed.least, row.speed.most]),
          renderItem: (params, api) => {
            const from = api.coord([api.value(0), api.value(1)]), to = api.coord([api.value(0), api.value(2)]);
            return { type: 'line', shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: color, lineWidth: 1.5 } };
          }, encode: { x: 0, y: [1, 2] } },
      ];
    }),
  });
}

// A column: its name, what it sorts by, and what a number looks like.
const tables = [
  { id: 'rows', rows: kernels, words: row => `${row.name} ${row.engine} ${row.limit} ${row.kernel}`, more: row => [row.kernel, row.command], columns: [
    ['row', row => row.name],
    ['engine', row => row.engine],
    ['time', row => row.nanos, row => row.nanos >= 1e6 ? (row.nanos / 1e6).toFixed(2) + ' ms' : (row.nanos / 1e3).toFixed(1) + ' µs'],
    ['GMAC/s', row => row.multiplies ? row.macs : 0, row => row.multiplies ? row.macs.toFixed(1) : ''],
    ['GB/s', row => row.bandwidth, row => row.bandwidth.toFixed(1)],
    ['limit', row => row.limit],
    ['share', row => row.share.middle, row => percent(row.share.middle)],
    ['range', row => row.share.most - row.share.least, row => range(row.share, percent)],
    ['disturbed', row => row.disturbed, disturbed],
  ] },
  { id: 'peerRows', rows: peers, words: row => `${row.name} ${row.peer} ${row.engine}`, more: row => ['again', row.command], columns: [
    ['product', row => row.name],
    ['peer', row => row.peer],
    ['engine', row => row.engine],
    ['ours', row => median(row.rates), row => `${median(row.rates).toFixed(1)} ${row.unit}`],
    ['theirs', row => median(row.theirs), row => `${median(row.theirs).toFixed(1)} ${row.unit}`],
    ['ratio', row => row.ratio.middle, row => times(row.ratio.middle)],
    ['range', row => row.ratio.most - row.ratio.least, row => range(row.ratio, times)],
    ['disturbed', row => row.disturbed, disturbed],
  ] },
  { id: 'modelRows', rows: models, words: row => `${row.name} ${row.engine} ${row.limit}`, more: row => ['again', row.command], columns: [
    ['model', row => row.name],
    ['engine', row => row.engine],
    ['tokens/s', row => row.speed.middle, row => tokens(row.speed.middle)],
    ['range', row => row.speed.most - row.speed.least, row => range(row.speed, tokens)],
    ['GB/s', row => row.bytes / row.tokens * row.speed.middle, row => (row.bytes / row.tokens * row.speed.middle / 1e9).toFixed(1)],
    ['GMAC/s', row => row.multiplyAdds / row.tokens * row.speed.middle, row => (row.multiplyAdds / row.tokens * row.speed.middle / 1e9).toFixed(1)],
    ['J/token', row => row.joules.length ? median(row.joules) : 0, row => row.joules.length ? median(row.joules).toPrecision(3) : '–'],
    ['limit', row => row.limit],
    ['share', row => row.share.middle, row => percent(row.share.middle)],
    ['disturbed', row => row.disturbed, disturbed],
  ] },
  { id: 'startRows', rows: starts, words: row => `${row.model} start`, more: row => ['again', row.command], columns: [
    ['start of a JVM', row => row.model],
    ['loaded', row => median(row.load), row => seconds(median(row.load))],
    ['loaded, range', row => median(row.load), row => range(spread(row.load), seconds)],
    ['first token', row => median(row.firstToken), row => seconds(median(row.firstToken))],
    ['first token, range', row => median(row.firstToken), row => range(spread(row.firstToken), seconds)],
    ['disturbed', row => row.disturbed, row => row.disturbed ? `${row.disturbed} of ${row.load.length}` : ''],
  ] },
];

function fill(table) {
  const { columns, sorted } = table;
  const words = document.getElementById('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = table.rows.filter(row => words.every(word => table.words(row).toLowerCase().includes(word)));
  if (sorted.column >= 0) {
    const value = columns[sorted.column][1];
    shown.sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (sorted.ascending ? 1 : -1));
  }
  document.querySelector(`#${table.id} tbody`).replaceChildren(...shown.map(row => {
    const line = document.createElement('tr');
    columns.forEach(([, value, text], i) => {
      const cell = element('td', text ? text(row) : value(row), text ? 'number' : '');
      if (!i) {
        const [name, command] = table.more(row);
        const more = document.createElement('details');
        more.append(element('summary', name), element('code', command));
        cell.append(more);
      }
      line.append(cell);
    });
    return line;
  }));
  document.querySelectorAll(`#${table.id} th`).forEach((head, i) =>
    head.setAttribute('aria-sort', i !== sorted.column ? 'none' : sorted.ascending ? 'ascending' : 'descending'));
}

function heads(table) {
  const line = document.createElement('tr');
  table.sorted = { column: -1, ascending: true };
  table.columns.forEach(([name, , text], i) => {
    const head = element('th', '', text ? 'number' : '');
    const button = element('button', name);
    button.onclick = () => {
      table.sorted = { column: i, ascending: table.sorted.column === i ? !table.sorted.ascending : !text };
      fill(table);
    };
    head.append(button);
    line.append(head);
  });
  document.querySelector(`#${table.id} thead`).append(line);
}

// A section of which the report has no rows is left out.
const section = (id, rows, draw) => rows.length ? draw(document.getElementById(id)) : document.getElementById(id).closest('section').remove();

head();
roofline();
section('shares', kernels, place => bars(place, kernels, { name: row => `${row.name} (${row.engine})`, of: row => row.share, text: percent, least: 1, mark: 1 }));
section('ratios', peers, place => bars(place, peers, { name: row => `${row.name} beside ${row.peer} (${row.engine})`, of: row => row.ratio, text: times, least: 1.2, mark: 1 }));
section('decoding', models.filter(row => row.test === 'decode'), place => decoding(place, models.filter(row => row.test === 'decode')));
for (const table of tables.filter(table => table.rows.length)) {
  heads(table);
  fill(table);
}
document.getElementById('filter').oninput = () => tables.filter(table => table.rows.length).forEach(fill);
