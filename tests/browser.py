"""browser.py: a headless Chromium, driven by W3C WebDriver; no more of it than check_page needs."""

import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
             '--disable-background-networking', '--disable-component-update', '--disable-sync',
             '--window-size=1280,900']
KEYS = {'Home': '\ue011', 'End': '\ue010', 'PageUp': '\ue00e', 'PageDown': '\ue00f',
        'Left': '\ue012', 'Right': '\ue014', 'Space': ' '}


def free_port():
    for port in random.sample(range(20000, 30000), 100):
        with socket.socket() as taken:
            try:
                taken.bind(('127.0.0.1', port))
                return port
            except OSError:
                continue
    raise RuntimeError('no port is free')


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp()
        self.port = free_port()
        self.driver = subprocess.Popen(['chromedriver', f'--port={self.port}'],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.session = ''
        for _ in range(100):
            try:
                if self.call('GET', '/status')['ready']:
                    break
            except OSError:
                time.sleep(0.1)
        options = {'args': ARGUMENTS + ['--user-data-dir=' + self.profile]}
        wanted = {'browserName': 'chrome', 'goog:chromeOptions': options,
                  'goog:loggingPrefs': {'browser': 'ALL', 'performance': 'ALL'}}
        made = self.call('POST', '/session', {'capabilities': {'alwaysMatch': wanted}})
        self.session = '/session/' + made['sessionId']

    def close(self):
        try:
            if self.session:
                self.call('DELETE', self.session)
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, path, body=None):
        data = json.dumps(body if body is not None else {}).encode() if method == 'POST' else None
        request = urllib.request.Request(f'http://127.0.0.1:{self.port}{path}', data, method=method,
                                         headers={'Content-Type': 'application/json'})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)['value']
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)['value']['message']) from None

    def open(self, path):
        self.call('POST', self.session + '/url', {'url': 'file://' + os.path.abspath(path)})

    def run(self, script, *arguments):
        """What a function body in the page returns."""
        return self.call('POST', self.session + '/execute/sync',
                         {'script': script, 'args': list(arguments)})

    def devtools(self, command, **parameters):
        return self.call('POST', self.session + '/goog/cdp/execute',
                         {'cmd': command, 'params': parameters})

    def log(self, kind):
        return self.call('POST', self.session + '/se/log', {'type': kind})

    def press(self, key):
        stroke = [{'type': 'keyDown', 'value': KEYS[key]}, {'type': 'keyUp', 'value': KEYS[key]}]
        self.call('POST', self.session + '/actions',
                  {'actions': [{'type': 'key', 'id': 'keys', 'actions': stroke}]})

    def media(self, **features):
        """color_scheme='dark', reduced_motion='reduce'; print=True"""
        medium = 'print' if features.pop('print', False) else ''
        named = [{'name': 'prefers-' + name.replace('_', '-'), 'value': value}
                 for name, value in features.items()]
        self.devtools('Emulation.setEmulatedMedia', media=medium, features=named)

    def size(self, width, height):
        self.devtools('Emulation.setDeviceMetricsOverride', width=width, height=height,
                      deviceScaleFactor=1, mobile=width < 600)
