'use strict';
const report = JSON.parse(document.getElementById('data').textContent);
const median = values => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const multiplies = row => !row.limit.startsWith('read');
const rows = report.rows.map(row => {
  const shares = row.rates.map((rate, i) => rate / row.peaks[i]);
  const rate = median(row.rates);
  return {
    ...row,
    share: median(shares), least: Math.min(...shares), most: Math.max(...shares),
    macs: multiplies(row) ? rate : rate * row.multiplyAdds / row.bytes,
    bandwidth: multiplies(row) ? rate * row.bytes / row.multiplyAdds : rate,
    nanos: (multiplies(row) ? row.multiplyAdds : row.bytes) / rate,
  };
});
const MATRIX = ['matmul', 'gateup', 'attention'];
const percent = value => (100 * value).toFixed(0) + ' %';
// Tooltips are HTML.
const encode = text => echarts.format.encodeHTML(text);
const element = (name, text, className) => {
  const node = document.createElement(name);
  node.textContent = text;
  if (className) node.className = className;
  return node;
};

document.getElementById('summary').textContent =
  `${rows.length} rows, median share ${rows.length ? percent(median(rows.map(row => row.share))) : 'unknown'}, measured ${report.date}`
  + (report.commit ? `, commit ${report.commit}` : '');
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

function roofline() {
  const points = rows.filter(row => MATRIX.includes(row.op));
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
  const chart = echarts.init(place, null, { renderer: 'svg' });
  chart.setOption({
    animation: false,
    grid: { left: 60, right: 20, top: 40, bottom: 50 },
    legend: { data: engines, top: 0 },
    tooltip: { formatter: point => point.data.row
      ? `${encode(point.data.row.name)}<br>${encode(point.data.row.engine)}: ${point.value[1].toFixed(1)} GMAC/s, ${percent(point.data.row.share)} of ${encode(point.data.row.limit)}` : '' },
    xAxis: { type: 'log', min: low, max: high, name: 'multiply-adds per byte', nameLocation: 'middle', nameGap: 30 },
    yAxis: { type: 'log', name: 'GMAC/s', min: bottom, max: decade(Math.max(top, ...points.map(row => row.macs)), Math.ceil) },
    series: [
      ...lines.map(line => ({
        type: 'line', silent: true, clip: true, symbol: 'circle', symbolSize: 0.1, lineStyle: { color: '#8b95a3', width: 1.2 },
        label: { show: true, position: line.at, fontSize: 11, color: '#5b6675', formatter: point => point.dataIndex === line.labelled ? line.name : '' },
        data: line.data,
      })),
      ...engines.map(engine => ({
        name: engine, type: 'scatter', symbolSize: 9,
        data: points.filter(row => row.engine === engine).map(row => ({ value: [row.multiplyAdds / row.bytes, row.macs], row })),
        label: { show: true, position: 'right', fontSize: 9, color: '#3a4656', formatter: point => label(point.data.row) },
        labelLayout: { hideOverlap: true, moveOverlap: 'shiftY' },
      })),
    ],
  });
}

function shares() {
  const place = document.getElementById('shares');
  place.style.height = 60 + 17 * rows.length + 'px';
  const names = rows.map(row => `${row.name} (${row.engine})`);
  const chart = echarts.init(place, null, { renderer: 'svg' });
  chart.setOption({
    animation: false,
    grid: { left: 10, right: 10, top: 30, bottom: 10, containLabel: true },
    tooltip: { formatter: point => `${encode(names[point.dataIndex])}<br>${percent(rows[point.dataIndex].share)} of ${encode(rows[point.dataIndex].limit)}` },
    xAxis: { type: 'value', min: 0, max: Math.max(1, ...rows.map(row => Math.min(row.most, 1.5))), position: 'top',
      axisLabel: { formatter: value => (100 * value).toFixed(0) + ' %' } },
    yAxis: [names, rows.map(row => percent(row.share))].map(texts =>
      ({ type: 'category', inverse: true, data: texts, axisLabel: { fontSize: 10, interval: 0 }, axisTick: { show: false } })),
    series: [
      { type: 'bar', data: rows.map(row => row.share), barWidth: 9, itemStyle: { color: '#1f5fa8' } },
      { type: 'custom', silent: true, clip: true, data: rows.map((row, i) => [i, row.least, row.most]),
        renderItem: (params, api) => {
          const from = api.coord([api.value(1), api.value(0)]), to = api.coord([api.value(2), api.value(0)]);
          return { type: 'line', shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: '#1c2430', lineWidth: 1.5 } };
        }, encode: { x: [1, 2], y: 0 } },
    ],
  });
}

const COLUMNS = [
  ['row', row => row.name, null],
  ['engine', row => row.engine, null],
  ['time', row => row.nanos, row => row.nanos >= 1e6 ? (row.nanos / 1e6).toFixed(2) + ' ms' : (row.nanos / 1e3).toFixed(1) + ' µs'],
  ['GMAC/s', row => MATRIX.includes(row.op) ? row.macs : 0, row => MATRIX.includes(row.op) ? row.macs.toFixed(1) : ''],
  ['GB/s', row => row.bandwidth, row => row.bandwidth.toFixed(1)],
  ['limit', row => row.limit, null],
  ['share', row => row.share, row => percent(row.share)],
  ['range', row => row.most - row.least, row => `${percent(row.least)} to ${percent(row.most)}`],
  ['disturbed', row => row.disturbed, row => row.disturbed ? `${row.disturbed} of ${row.rates.length}` : ''],
];
let sorted = { column: -1, ascending: true };

function table() {
  const words = document.getElementById('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = rows.filter(row => words.every(word => `${row.name} ${row.engine} ${row.limit} ${row.kernel}`.toLowerCase().includes(word)));
  if (sorted.column >= 0) {
    const value = COLUMNS[sorted.column][1];
    shown.sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (sorted.ascending ? 1 : -1));
  }
  const body = document.querySelector('#rows tbody');
  body.replaceChildren(...shown.map(row => {
    const line = document.createElement('tr');
    COLUMNS.forEach(([, value, text], i) => {
      const cell = element('td', text ? text(row) : value(row), text ? 'number' : '');
      if (!i) {
        const more = document.createElement('details');
        more.append(element('summary', row.kernel), element('code', row.command));
        cell.append(more);
      }
      line.append(cell);
    });
    return line;
  }));
  document.querySelectorAll('#rows th').forEach((head, i) =>
    head.setAttribute('aria-sort', i !== sorted.column ? 'none' : sorted.ascending ? 'ascending' : 'descending'));
}

const heads = document.createElement('tr');
COLUMNS.forEach(([name, , text], i) => {
  const head = element('th', '', text ? 'number' : '');
  const button = element('button', name);
  button.onclick = () => {
    sorted = { column: i, ascending: sorted.column === i ? !sorted.ascending : !text };
    table();
  };
  head.append(button);
  heads.append(head);
});
document.querySelector('#rows thead').append(heads);
document.getElementById('filter').oninput = table;
if (report.missing.length) {
  const list = document.createElement('ul');
  list.append(...report.missing.map(line => element('li', line)));
  document.getElementById('missing').append(element('h2', 'What is missing'), list);
}
roofline();
shares();
table();
